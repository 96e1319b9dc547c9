"""What the record pages of accounts and opportunities show."""

from flask import url_for

from addons.customers import countries, industries, queries
from addons.customers.contact_list import CONTACTS
from addons.customers.lists import CUSTOMERS
from addons.customers.models import CUSTOMER, OPPORTUNITY, Contact, Customer, Opportunity
from addons.customers.opportunity_lists import OPPORTUNITIES
from addons.customers.stages import (
    OPPORTUNITY_TITLES,
    OPPORTUNITY_TONES,
    STAGE_TITLES,
    STAGES,
    rank,
)
from core.clock import today
from core.i18n import format_date
from core.i18n import gettext as _
from core.web.addresses import back_to_list
from core.web.records import Action, Crumb, Fact, RecordPage, Stage

TABS = "customers.customer.tabs"


def customer_page(customer: Customer, person: Contact | None = None) -> RecordPage:
    """Return the page of an account, be it for the sake of one `person` at it."""
    place = queries.place_of(customer)
    industry = industries.titles().get(customer.industry_id or 0, "")
    return RecordPage(
        resource=CUSTOMER,
        record_id=customer.id,
        record=customer,
        title=customer.shown_name,
        grade=customer.grade,
        sub=[customer.code, industry, place.unit, place.manager],
        crumbs=[Crumb(_("Customers"), back_to_list("customers.index"))],
        stages=joint(customer),
        facts=[
            Fact(_("English name"), customer.name_en),
            Fact(_("Industry"), industry),
            Fact(_("Country"), countries.country_title(customer.country)),
            Fact(_("Region"), customer.region),
            Fact(_("Account manager"), place.manager),
            Fact(_("Unit"), place.unit),
            Fact(_("External code"), customer.external_code),
            Fact(_("Registration number"), customer.registration_no),
            Fact(_("Website"), customer.website, url=customer.website or None),
            Fact(_("Founded"), customer.founded),
        ],
        actions=_actions(customer),
        tabs=TABS,
        walk=CONTACTS if person else CUSTOMERS,
        walk_id=person.id if person else None,
    )


def crumbs_to(customer: Customer) -> list[Crumb]:
    """Return the way to a form that belongs to a customer."""
    return [
        Crumb(_("Customers"), url_for("customers.index")),
        Crumb(customer.shown_name, url_for("customers.show", record_id=customer.id)),
    ]


def crumbs_to_opportunity(opportunity: Opportunity) -> list[Crumb]:
    """Return the way to a form that belongs to an opportunity."""
    key = opportunity.id
    return [
        Crumb(_("Opportunities"), url_for("customers.opportunities_index")),
        Crumb(opportunity.title, url_for("customers.show_opportunity", record_id=key)),
    ]


def joint(customer: Customer) -> list[Stage]:
    """Return the status bar: done stages with their dates, the present one with its days."""
    reached = queries.reached_on(queries.stage_history(customer.id))
    here = rank(customer.stage)
    steps = []
    for place, stage in enumerate(STAGES):
        title = str(STAGE_TITLES[stage])
        if place < here:
            steps.append(
                Stage(title, "done", format_date(reached[stage]) if stage in reached else "")
            )
        elif place == here:
            days = (today() - customer.stage_since).days
            steps.append(Stage(title, "now", _("%(days)d days", days=days)))
        else:
            steps.append(Stage(title, "next"))
    return steps


def _actions(customer: Customer) -> list[Action]:
    key = customer.id
    return [
        Action(
            _("Delete…"),
            url_for("customers.delete", record_id=key),
            dangerous=True,
            needs=(CUSTOMER, "delete"),
        ),
        Action(
            _("Hand over…"),
            url_for("customers.hand_over_one", record_id=key),
            icon="user",
            needs=(CUSTOMER, "assign"),
        ),
        Action(
            _("Edit"),
            url_for("customers.edit", record_id=key),
            icon="edit",
            needs=(CUSTOMER, "update"),
        ),
        Action(
            _("Move stage"),
            url_for("customers.move", record_id=key),
            icon="right",
            primary=True,
            needs=(CUSTOMER, "update"),
        ),
    ]


def opportunity_page(opportunity: Opportunity, customer: Customer) -> RecordPage:
    """Return the page of an opportunity."""
    key = opportunity.id
    account = url_for("customers.show", record_id=customer.id)
    return RecordPage(
        resource=OPPORTUNITY,
        record_id=key,
        record=opportunity,
        title=opportunity.title,
        sub=[customer.code, customer.shown_name],
        walk=OPPORTUNITIES,
        tags=[
            (
                str(OPPORTUNITY_TITLES[opportunity.stage]),
                OPPORTUNITY_TONES[opportunity.stage],
            )
        ],
        crumbs=[
            Crumb(_("Opportunities"), back_to_list("customers.opportunities_index")),
            Crumb(customer.shown_name, account),
        ],
        facts=[
            Fact(_("Customer"), customer.shown_name, url=account),
            Fact(_("Account manager"), queries.place_of(opportunity).manager),
            Fact(_("Expected value"), opportunity.expected_value, kind="money"),
            Fact(_("Expected close"), opportunity.expected_close_on, kind="date"),
            Fact(_("Opened on"), opportunity.opened_on, kind="date"),
            Fact(_("Closed on"), opportunity.closed_on, kind="date"),
            Fact(_("Reason"), opportunity.outcome_reason),
        ],
        actions=[
            Action(
                _("Delete…"),
                url_for("customers.delete_opportunity", record_id=key),
                dangerous=True,
                needs=(OPPORTUNITY, "delete"),
            ),
            Action(
                _("Edit"),
                url_for("customers.edit_opportunity", record_id=key),
                icon="edit",
                needs=(OPPORTUNITY, "update"),
            ),
            Action(
                _("Move stage"),
                url_for("customers.move_opportunity", record_id=key),
                icon="right",
                primary=True,
                needs=(OPPORTUNITY, "update"),
            ),
        ],
    )
