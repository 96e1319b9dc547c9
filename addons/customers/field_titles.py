"""The words for fields in the history of a record."""

from typing import Any

from sqlalchemy import inspect

from addons.customers.models import Contact, Customer, Industry, Opportunity
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
        "name": _l("Name"),
        "position": _l("Job title"),
        "department": _l("Department"),
        "phone": _l("Phone"),
        "email": _l("E-mail"),
        "is_main": _l("Main contact"),
        "notes": _l("Notes"),
    },
    Opportunity: {
        "title": _l("Title"),
        "stage": _l("Stage"),
        "expected_value": _l("Expected value (CNY)"),
        "expected_close_on": _l("Expected close"),
        "opened_on": _l("Opened on"),
        "closed_on": _l("Closed on"),
        "outcome_reason": _l("Reason"),
        "notes": _l("Notes"),
    },
    Industry: {
        "name": _l("Name"),
        "parent_id": _l("Below"),
        "sort": _l("Sort order"),
        "active": _l("Offered in forms"),
    },
}


def name_fields() -> None:
    """Give the columns their words, once, when the add-on is loaded."""
    for model, titles in TITLES.items():
        columns = inspect(model).columns
        for name, words in titles.items():
            columns[name].info["title"] = words
