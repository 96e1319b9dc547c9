"""Fragments for places: the tabs of an account's page; those of the start page stand beside."""

from flask import render_template, request

from addons.customers import queries
from addons.customers.models import CONTACT, CUSTOMER, OPPORTUNITY, Customer
from addons.customers.pages import TABS
from addons.customers.stages import (
    NETWORK_STATUSES,
    OPPORTUNITY_TITLES,
    OPPORTUNITY_TONES,
    STAGE_TITLES,
)
from core.access.records import may_on
from core.contributions import Slot, Verb
from core.i18n import lazy_gettext as _l


def contacts_tab(customer: Customer) -> str:
    """Return the persons of an account."""
    return render_template(
        "customers/tab_contacts.html",
        customer=customer,
        contacts=queries.contacts_of(customer.id),
        meant=request.args.get("contact", type=int),
        may_create=may_on(customer, Verb.CREATE, CONTACT),
        may_update=may_on(customer, Verb.UPDATE, CONTACT),
        may_delete=may_on(customer, Verb.DELETE, CONTACT),
    )


def opportunities_tab(customer: Customer) -> str:
    """Return the opportunities of an account."""
    return render_template(
        "customers/tab_opportunities.html",
        customer=customer,
        opportunities=queries.opportunities_of(customer.id),
        titles=OPPORTUNITY_TITLES,
        tones=OPPORTUNITY_TONES,
        may_create=may_on(customer, Verb.CREATE, OPPORTUNITY),
    )


def networks_tab(customer: Customer) -> str:
    """Return the networks of an operator."""
    return render_template(
        "customers/tab_networks.html",
        networks=queries.networks_of(customer.id),
        statuses=NETWORK_STATUSES,
    )


def history_tab(customer: Customer) -> str:
    """Return the stage history of an account."""
    return render_template(
        "customers/tab_history.html",
        customer=customer,
        steps=queries.stage_history(customer.id)[::-1],
        titles=STAGE_TITLES,
        may_correct=may_on(customer, Verb.CORRECT),
    )


SLOTS = (
    Slot(
        place=TABS,
        key="contacts",
        title=_l("Contact persons"),
        render=contacts_tab,
        count=lambda customer: queries.counts(customer.id).contacts,
        needs=(CONTACT, "query"),
        order=10,
    ),
    Slot(
        place=TABS,
        key="opportunities",
        title=_l("Opportunities"),
        render=opportunities_tab,
        count=lambda customer: queries.counts(customer.id).opportunities,
        needs=(OPPORTUNITY, "query"),
        order=20,
    ),
    Slot(
        place=TABS,
        key="networks",
        title=_l("Networks"),
        render=networks_tab,
        count=lambda customer: queries.counts(customer.id).networks,
        needs=(CUSTOMER, "query"),
        order=80,
    ),
    Slot(
        place=TABS,
        key="history",
        title=_l("Stage history"),
        render=history_tab,
        needs=(CUSTOMER, "query"),
        order=90,
    ),
)
