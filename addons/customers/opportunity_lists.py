"""The list of opportunities, declared once."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from addons.customers.lists import MANAGERS, mine, rank_of, shown_name
from addons.customers.models import OPPORTUNITY, Customer, Opportunity
from addons.customers.stages import OPPORTUNITY_STAGES, OPPORTUNITY_TITLES, OPPORTUNITY_TONES
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.web.lists import Column, Facet, ListSpec, Tab


def _opportunities() -> Select[Any]:
    return (
        select()
        .select_from(Opportunity)
        .join(Customer, Customer.id == Opportunity.customer_id)
        .outerjoin(Employee, Employee.id == Opportunity.scope_owner_id)
    )


OPPORTUNITIES = ListSpec(
    key="customers.opportunity",
    resource=OPPORTUNITY,
    title=_l("Opportunities"),
    endpoint="customers.opportunities_index",
    record_endpoint="customers.show_opportunity",
    edit_endpoint="customers.edit_opportunity",
    walks=True,
    id=Opportunity.id,
    source=_opportunities,
    columns=(
        Column("title", _l("Opportunity"), Opportunity.title, sub=shown_name, phone="p1"),
        Column(
            "stage",
            _l("Stage"),
            Opportunity.stage,
            kind="tag",
            sort=rank_of(Opportunity.stage, OPPORTUNITY_STAGES),
            labels=OPPORTUNITY_TITLES,
            tones=OPPORTUNITY_TONES,
            phone="p2",
        ),
        Column(
            "value",
            _l("Expected value"),
            Opportunity.expected_value,
            kind="money",
            total=True,
            phone="p4",
            edit="expected_value",
        ),
        Column(
            "close",
            _l("Expected close"),
            Opportunity.expected_close_on,
            kind="day",
            edit="expected_close_on",
        ),
        Column("manager", _l("Account manager"), Employee.name, sortable=False, phone="p3"),
        Column("opened", _l("Opened on"), Opportunity.opened_on, kind="day"),
        Column("closed", _l("Closed on"), Opportunity.closed_on, kind="day", shown=False),
    ),
    facets=(
        Facet("stage", _l("Stage"), Opportunity.stage, choices=OPPORTUNITY_TITLES),
        Facet(
            "manager",
            _l("Account manager"),
            Opportunity.scope_owner_id,
            choices=MANAGERS,
        ),
        Facet("close", _l("Expected close"), Opportunity.expected_close_on, kind="dates"),
    ),
    search=(Opportunity.title, Customer.search_text),
    search_hint=_l("Title or customer"),
    tabs=(Tab("mine", _l("Mine"), mine),),
    export_endpoint="customers.export_opportunities",
    empty_title=_l("No opportunities yet"),
    empty_text=_l("Open one on the page of its customer."),
)

EXPORTED_OPPORTUNITIES = replace(
    OPPORTUNITIES,
    columns=(
        Column("code", _l("Our code"), Customer.code),
        Column("customer", _l("Customer"), Customer.name),
        *(replace(column, shown=True) for column in OPPORTUNITIES.columns),
        Column("notes", _l("Notes"), Opportunity.notes),
    ),
)

LISTED_OPPORTUNITIES = replace(
    EXPORTED_OPPORTUNITIES,
    columns=(
        *EXPORTED_OPPORTUNITIES.columns,
        Column("customer_id", _l("Customer"), Opportunity.customer_id, sortable=False),
        Column("row_version", _l("Version"), Opportunity.row_version, sortable=False),
    ),
)
