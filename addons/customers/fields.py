"""The editable fields of an account: cleaning, checking, and what is derived from them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from addons.customers import countries
from addons.customers.credit_codes import is_credit_code
from addons.customers.models import Customer, Industry
from addons.customers.names import exact_key, match_key, plain
from addons.customers.stages import Grade
from core.clock import today
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n.sorting import collation_key, initials
from core.i18n.writing import wrong_text
from core.unit_of_work import current_session, current_unit

YEAR = re.compile(r"(?<!\d)(\d{4})(?:\d\d){0,2}(?!\d)")
EARLIEST_YEAR = 1000  # Stora Kopparberg, the oldest company on record, is of 1288
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'@]+\.[^\s<>\"'@]+", re.IGNORECASE)
LIMITS = {
    "name": 200,
    "name_en": 200,
    "region": 100,
    "country": 20,
    "external_code": 64,
    "registration_no": 64,
    "website": 200,
    "founded": 60,
    "notes": 20_000,
}

LINES = frozenset({"notes"})  # which texts may have several lines


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFields:
    """What a form or a file says about an account."""

    name: str
    name_en: str = ""
    grade: str | None = None
    region: str = ""
    country: str = ""
    industry_id: int | None = None
    external_code: str = ""
    registration_no: str = ""
    website: str = ""
    founded: str = ""
    notes: str = ""


def fields_of(customer: Customer) -> CustomerFields:
    """Return what is stored."""
    return CustomerFields(**values_of(customer))


def values_of(record: CustomerFields | Customer) -> dict[str, Any]:
    """Return the editable fields by name."""
    return {key: getattr(record, key) for key in CustomerFields.__slots__}


def check(fields: CustomerFields, before: CustomerFields | None = None) -> CustomerFields:
    """Return the fields trimmed; raise Refused naming each field that cannot be stored.

    A number that stood there `before` its form was asked for does not hold other changes up.
    """
    values, errors = examined(fields, before)
    if errors:
        raise Refused(_("Some fields need your attention; nothing was stored."), fields=errors)
    return CustomerFields(**values)


def examined(
    fields: CustomerFields, before: CustomerFields | None = None
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the fields trimmed, and complaints about those that cannot be stored."""
    values = trimmed(values_of(fields), LIMITS)
    errors = wrong_texts(values, LIMITS)
    if not values["name"]:
        errors["name"] = [_("Enter a name.")]
    elif not match_key(values["name"]):
        errors["name"] = [_("A name needs at least one letter, digit or character.")]
    if values["grade"] not in (None, *Grade):
        errors["grade"] = [_("Choose A, B, C or D, or leave it empty.")]
    if not countries.are_countries(values["country"]):
        errors["country"] = [_("Give the two letters of a country, such as DE.")]
    if values["country"] == "CN" and values["registration_no"]:
        _credit_code(values, errors, before)
    if values["website"]:
        values["website"] = _web_address(values["website"], errors)
    if values["founded"] and not names_a_year(values["founded"]):
        errors["founded"] = [_("Name the year, for instance 1998, 1998-05 or 2013 (1888).")]
    if values["industry_id"] is not None and not _industry_exists(values["industry_id"]):
        errors["industry_id"] = [_("This industry no longer exists.")]
    return values, errors


def trimmed(values: Mapping[str, Any], texts: Iterable[str]) -> dict[str, Any]:
    """Return the values with the texts trimmed; a text that was not sent at all is empty."""
    return {**values, **{key: (values[key] or "").strip() for key in texts}}


def wrong_texts(values: Mapping[str, Any], limits: Mapping[str, int]) -> dict[str, list[str]]:
    """Return complaints about texts that are too long or cannot be stored."""
    errors: dict[str, list[str]] = {}
    for key, limit in limits.items():
        if len(values[key]) > limit:
            errors[key] = [_("At most %(limit)d characters.", limit=limit)]
        elif wrong := wrong_text(values[key], lines=key in LINES):
            errors[key] = [wrong]
    return errors


def given_reason(reason: str) -> str:
    """Return a reason trimmed; raise Refused on `reason` for what no text may hold."""
    wrong = wrong_text(reason.strip(), lines=True)
    if wrong:
        raise Refused(wrong, fields={"reason": [wrong]})
    return reason.strip()


def flush_saying(reason: str) -> None:
    """Store what is pending with a reason in its history; later acts of the unit have their own."""
    unit = current_unit()
    before, unit.reason = unit.reason, reason or unit.reason
    try:
        unit.session.flush()
    finally:
        unit.reason = before


def names_a_year(text: str) -> bool:
    """Tell whether a text names at least one year, and none that is still to come."""
    years = [int(year) for year in YEAR.findall(unicodedata.normalize("NFKC", text))]
    return bool(years) and all(EARLIEST_YEAR <= year <= today().year for year in years)


def _web_address(text: str, errors: dict[str, list[str]]) -> str:
    address = text if "://" in text else f"https://{text}"
    if not WEB_ADDRESS.fullmatch(address):
        errors["website"] = [_("Enter an address such as www.example.com.")]
    return address


def _credit_code(
    values: dict[str, Any], errors: dict[str, list[str]], before: CustomerFields | None
) -> None:
    """Write a Chinese number as it is printed on the licence; complain about one that is wrong."""
    number = unicodedata.normalize("NFKC", values["registration_no"]).replace(" ", "").upper()
    kept = before is not None and (before.country, before.registration_no) == (
        values["country"],
        values["registration_no"],
    )
    if is_credit_code(number):
        values["registration_no"] = number
    elif not kept:
        words = _(
            "In China this is the unified social credit code: 18 signs, of which the last is "
            "computed from the others. Look for a slip."
        )
        errors.setdefault("registration_no", [words])


def _industry_exists(industry_id: int) -> bool:
    return current_session().get(Industry, industry_id) is not None


def store(customer: Customer, fields: CustomerFields) -> bool:
    """Write checked fields and what follows from them; tell whether anything changed."""
    return store_values(customer, values_of(fields))


def store_values(customer: Customer, values: Mapping[str, Any]) -> bool:
    """Write the named fields only; tell whether anything changed."""
    changed = False
    for key, value in values.items():
        if getattr(customer, key) != value:
            setattr(customer, key, value)
            changed = True
    if changed:
        derive(customer)
    return changed


def derive(customer: Customer) -> None:
    """Write the keys and the search text that follow from names and codes."""
    name, name_en = customer.name or "", customer.name_en or ""
    customer.exact_key = exact_key(name)
    customer.match_key = match_key(name)
    customer.match_key_en = match_key(name_en)
    customer.sort_key = collation_key(name)
    customer.search_text = search_text(customer)


def search_text(customer: Customer) -> str:
    """Return what the search box looks through: folded names, codes, pinyin initials."""
    parts = (
        customer.code,
        customer.name,
        customer.name_en,
        customer.external_code,
        customer.registration_no,
    )
    words = " ".join(plain(part) for part in parts if part)
    return f"{words} {initials(customer.name or '')}".strip()[:800]
