"""What may be granted about accounts, and the check that services and queries make."""

from enum import StrEnum
from typing import TypeVar

from addons.customers.hand_over import hand_over_all
from addons.customers.models import (
    CONTACT,
    CUSTOMER,
    INDUSTRY,
    OPPORTUNITY,
    Contact,
    Customer,
    Industry,
    Opportunity,
)
from core.contributions import Resource, Verb
from core.i18n import lazy_gettext as _l
from core.i18n import localized

Record = TypeVar("Record", Customer, Contact, Opportunity)


class Permission(StrEnum):
    """The resources of this add-on; the verbs are those of `core.contributions.Verb`."""

    CUSTOMER = CUSTOMER
    CONTACT = CONTACT
    OPPORTUNITY = OPPORTUNITY
    INDUSTRY = INDUSTRY


RESOURCES = (
    Resource(
        key=CUSTOMER,
        title=_l("Customer"),
        model=Customer,
        label=lambda customer: f"{customer.code} {customer.name}",
        endpoint="customers.show",
        actions=(
            Verb.QUERY,
            Verb.CREATE,
            Verb.UPDATE,
            Verb.DELETE,
            Verb.ANALYSE,
            Verb.EXPORT,
            Verb.IMPORT,
            Verb.ASSIGN,
            Verb.CORRECT,
        ),
        gives_to=True,
        columns_under={Verb.CORRECT: ("stage_since",)},
        hand_over=hand_over_all,
    ),
    Resource(
        key=CONTACT,
        title=_l("Contact person"),
        model=Contact,
        label=lambda contact: contact.name,
        actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.EXPORT),
    ),
    Resource(
        key=OPPORTUNITY,
        title=_l("Opportunity"),
        model=Opportunity,
        label=lambda opportunity: opportunity.title,
        endpoint="customers.show_opportunity",
        actions=(
            Verb.QUERY,
            Verb.CREATE,
            Verb.UPDATE,
            Verb.DELETE,
            Verb.ANALYSE,
            Verb.EXPORT,
        ),
    ),
    Resource(
        key=INDUSTRY,
        title=_l("Industry"),
        model=Industry,
        label=lambda industry: localized(industry.name),
        actions=(Verb.QUERY, Verb.CONFIGURE),
        dimensions=(),
    ),
)
