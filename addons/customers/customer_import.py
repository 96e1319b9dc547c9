"""Importing accounts: any file with a column of names, matched by code, external code or name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from addons.customers import countries
from addons.customers.batch import Batch, refuse
from addons.customers.fields import CustomerFields, check, examined, fields_of, store
from addons.customers.industry_import import IndustryIndex
from addons.customers.models import Customer
from addons.customers.names import exact_key
from addons.customers.stages import STAGE_TITLES, Grade, Stage
from core.errors import DomainError, Refused
from core.i18n import LOCALES, force_locale
from core.i18n import gettext as _
from core.i18n.writing import wrong_text

PLAIN_TEXT = ("name", "name_en", "external_code", "registration_no", "website", "founded", "notes")
TREE = ("sector", "industry")
EMPTY = frozenset(("", "-", "–", "n/a", "N/A", "none", "None", "NULL", "null"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file, cleaned; only what the file says is in `values`."""

    code: str
    values: Mapping[str, Any]
    sector: str
    industry: str
    manager: str
    stage: str

    @property
    def external_code(self) -> str:
        """The code in another system, if the file has one."""
        return str(self.values.get("external_code", ""))

    @property
    def name(self) -> str:
        """The name, if the file has one."""
        return str(self.values.get("name", ""))


def apply(session: Any, row: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """Apply one row; see `Exchange.apply`."""
    result = apply_many(session, [row], options)[0]
    if isinstance(result, DomainError):
        raise result
    return result


def apply_many(
    session: Any, rows: Sequence[Mapping[str, str]], options: Mapping[str, Any]
) -> list[str | Refused]:
    """Apply a batch with a fixed number of look-ups; see `Exchange.apply_many`."""
    del session, options
    parsed = [_attempt(read_row, row) for row in rows]
    good = [row for row in parsed if isinstance(row, Row)]
    batch = Batch()
    batch.find(Customer.code, [row.code for row in good])
    batch.find(Customer.external_code, [row.external_code for row in good])
    batch.find(
        Customer.exact_key,
        [
            exact_key(row.name)
            for row in good
            if not batch.knows(code=row.code, external_code=row.external_code)
        ],
    )
    batch.know_managers([row.manager for row in good])
    index = IndustryIndex()
    results = [
        row if isinstance(row, Refused) else _attempt(_apply_row, row, batch, index)
        for row in parsed
    ]
    batch.store()
    return results


def read_row(row: Mapping[str, str]) -> Row:
    """Clean one row; raise Refused naming the columns that cannot be understood."""
    cells = {key: " ".join(text.split()) for key, text in row.items() if key != "notes"}
    cells["notes"] = row.get("notes", "").strip()
    cells = {key: "" if text in EMPTY else text for key, text in cells.items()}
    values: dict[str, Any] = {key: cells[key] for key in PLAIN_TEXT if cells.get(key)}
    errors: dict[str, Sequence[str]] = {}
    for read in (_place, _graded, _staged):
        try:
            values |= read(cells)
        except Refused as refusal:
            errors |= refusal.fields
    stage = values.pop("stage", "")
    errors |= {key: [wrong] for key in TREE if (wrong := wrong_text(cells.get(key, "")))}
    if not values.get("name") and not cells.get("code"):
        errors["name"] = [_("A row needs a name or one of our codes.")]
    if errors:  # say at once what storing it would complain about as well
        _values, further = examined(CustomerFields(**({"name": "x"} | values)))
        raise Refused("", fields=further | errors)
    return Row(
        code=cells.get("code", "").upper(),
        values=values,
        sector=cells.get("sector", ""),
        industry=cells.get("industry", ""),
        manager=cells.get("manager", ""),
        stage=stage,
    )


def _place(cells: Mapping[str, str]) -> dict[str, str]:
    """Return country and region; what the file says plainly goes before what a seat implies."""
    country, region = countries.seat(cells.get("headquarters", ""))
    if cells.get("country"):
        named = countries.country_code(cells["country"])
        if not named:
            refuse("country", _("%(name)s is not a known country.", name=cells["country"]))
        country = named
    region = cells.get("region") or region
    return {key: value for key, value in (("country", country), ("region", region)) if value}


def _graded(cells: Mapping[str, str]) -> dict[str, str]:
    letter = cells.get("grade", "").upper().removesuffix("级").removesuffix("類").strip()
    if letter and letter not in set(Grade):
        refuse("grade", _("Choose A, B, C or D, or leave it empty."))
    return {"grade": letter} if letter else {}


def _staged(cells: Mapping[str, str]) -> dict[str, str]:
    text = cells.get("stage", "")
    found = _stages_by_words().get(text.casefold())
    if text and found is None:
        refuse("stage", _("%(name)s is not a stage of a customer.", name=text))
    return {"stage": found} if found else {}


@cache
def _stages_by_words() -> Mapping[str, str]:
    """Return every stage by its key and by its title in each language."""
    found = {str(stage): str(stage) for stage in STAGE_TITLES}
    for locale in LOCALES:
        with force_locale(locale):
            found |= {str(title).casefold(): str(stage) for stage, title in STAGE_TITLES.items()}
    return found


def _apply_row(row: Row, batch: Batch, index: IndustryIndex) -> str:
    known = batch.match(
        code=row.code,
        external_code=row.external_code,
        name=row.name,
        country=row.values.get("country", ""),
    )
    if row.code and known is None:
        refuse("code", _("No customer with the code %(code)s in your range.", code=row.code))
    if known is None:
        fields = check(CustomerFields(**row.values))
        place = index.place(row.sector, row.industry)
        batch.create(
            replace(fields, industry_id=place),
            manager=row.manager,
            stage=row.stage or Stage.PROSPECT,
        )
        return "created"
    before = fields_of(known)
    checked = check(replace(before, industry_id=None, **row.values), before)
    place = index.place(row.sector, row.industry)
    wanted = replace(checked, industry_id=before.industry_id if place is None else place)
    if wanted == before:
        return "unchanged"
    batch.must_be_changeable(known)
    store(known, wanted)
    return "updated"


def _attempt(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Refused as refusal:
        return refusal
