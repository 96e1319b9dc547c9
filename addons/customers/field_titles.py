"""The words for fields in the history of a record."""

from typing import Any

from addons.customers import countries
from addons.customers.models import (
    Contact,
    Counter,
    Customer,
    Industry,
    Network,
    Opportunity,
    OpportunityMove,
    StageMove,
)
from addons.customers.stages import OPPORTUNITY_TITLES, STAGE_TITLES
from core.audit.field_words import name_fields
from core.i18n import lazy_gettext as _l

TITLES: dict[type[Any], dict[str, Any]] = {
    Customer: {
        "scope_owner_id": _l("Account manager"),
        "scope_org_id": _l("Unit"),
        "code": _l("Our code"),
        "name": _l("Name"),
        "name_en": _l("English name"),
        "grade": _l("Grade"),
        "region": _l("Region"),
        "country": _l("Country"),
        "industry_id": _l("Industry"),
        "stage": _l("Stage"),
        "stage_since": _l("At this stage since"),
        "external_code": _l("External code"),
        "registration_no": _l("Registration number"),
        "website": _l("Website"),
        "founded": _l("Founded"),
        "notes": _l("Notes"),
    },
    Contact: {
        "customer_id": _l("Customer"),
        "name": _l("Full name"),
        "position": _l("Job title"),
        "department": _l("Department"),
        "phone": _l("Phone"),
        "email": _l("E-mail"),
        "is_main": _l("Main contact"),
        "notes": _l("Notes"),
    },
    Opportunity: {
        "customer_id": _l("Customer"),
        "title": _l("Title"),
        "stage": _l("Stage"),
        "expected_value": _l("Expected value (CNY)"),
        "expected_close_on": _l("Expected close"),
        "opened_on": _l("Opened on"),
        "closed_on": _l("Closed on"),
        "period": _l("Month"),
        "credited_employee_id": _l("Credited to"),
        "credited_unit_id": _l("Credited to the unit"),
        "outcome_reason": _l("Reason"),
        "notes": _l("Notes"),
    },
    Industry: {
        "code": _l("Code"),
        "path": _l("Place in the tree"),
        "name": _l("Name"),
        "parent_id": _l("Below"),
        "sort": _l("Sort order"),
        "active": _l("Offered in forms"),
    },
    StageMove: {
        "customer_id": _l("Customer"),
        "from_stage": _l("From"),
        "to_stage": _l("To"),
        "happened_on": _l("Day"),
        "reason": _l("Reason"),
        "forward": _l("Forward"),
        "period": _l("Month"),
        "to_rank": _l("Step"),
        "sequence": _l("Sequence"),
        "recorded_at": _l("Recorded"),
        "recorded_by": _l("Recorded by"),
        "corrects_id": _l("Corrects the step"),
        "credited_employee_id": _l("Credited to"),
        "credited_unit_id": _l("Credited to the unit"),
    },
    OpportunityMove: {
        "customer_id": _l("Customer"),
        "opportunity_id": _l("Opportunity"),
        "from_stage": _l("From"),
        "to_stage": _l("To"),
        "happened_on": _l("Day"),
        "reason": _l("Reason"),
        "recorded_at": _l("Recorded"),
        "recorded_by": _l("Recorded by"),
    },
    Network: {
        "customer_id": _l("Customer"),
        "brand": _l("Brand"),
        "status": _l("Status"),
        "bands": _l("Bands"),
        "mcc": _l("MCC"),
        "mnc": _l("MNC"),
        "note": _l("Note"),
    },
}
LABELS: dict[type[Any], dict[str, Any]] = {
    Customer: {"stage": STAGE_TITLES, "country": lambda: dict(countries.choices())},
    Opportunity: {"stage": OPPORTUNITY_TITLES},
    StageMove: {"from_stage": STAGE_TITLES, "to_stage": STAGE_TITLES},
    OpportunityMove: {"from_stage": OPPORTUNITY_TITLES, "to_stage": OPPORTUNITY_TITLES},
}
TITLES[Counter] = {}
ROWS: dict[type[Any], Any] = {
    StageMove: _l("Step of a customer"),
    OpportunityMove: _l("Step of an opportunity"),
    Network: _l("Network"),
    Counter: _l("Counter of codes"),
}


def name_all() -> None:
    """Give columns and tables their words, once, when the add-on is loaded."""
    for model, titles in TITLES.items():
        name_fields(model, titles, labels=LABELS.get(model), rows=ROWS.get(model))
