"""What may be granted about accounts, and the check that services and queries make."""

from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import select

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
from core.errors import NotAllowed, NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.unit_of_work import current_session, current_unit

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


def require(resource: str, action: str) -> None:
    """Raise NotAllowed unless the actor holds the verb somewhere, now."""
    if not current_unit().access.may(resource, action):
        raise NotAllowed(
            _("You do not hold the right for this act."), missing=(str(resource), str(action))
        )


def load(model: type[Record], record_id: int, action: str) -> Record:
    """Return one record for an act.

    Raises NotFound when it does not exist or is outside the actor's range (both look the same),
    NotAllowed when the actor may see it but not do this.
    """
    record = _load(model, record_id, action)
    if record is not None:
        return record
    if action != Verb.QUERY and _load(model, record_id, Verb.QUERY) is not None:
        raise NotAllowed(
            _("You may see this record, but not do this with it."),
            missing=(model.__resource__, action),
        )
    raise NotFound(_("Not found, or outside your range."))


def _load(model: type[Record], record_id: int, action: str) -> Record | None:
    if not current_unit().access.may(model.__resource__, action):
        return None
    statement: Any = (
        select(model).where(model.id == record_id).execution_options(action=str(action))
    )
    found: Record | None = current_session().scalar(statement)
    return found
