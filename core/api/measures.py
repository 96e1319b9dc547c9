"""The programming interface of measures: what can be counted, and the facts of one month."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Select

from core.access.decorators import signed_in
from core.access.records import require
from core.addons.registry import registry
from core.api import Api, In, Out
from core.contributions import Measure, Verb
from core.database import Money
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_unit

api = Api("measures_api", __name__, url_prefix="/api/v1/measures")
MOST_FACTS = 10_000
FIRST, LAST = 190_001, 299_912
Figure = float | Annotated[str, Field(pattern="^-?[0-9]+[.][0-9]{2}$", examples=["1200.50"])]


class MeasureOut(Out):
    """One countable fact."""

    key: str
    title: str
    unit: str
    resource: str
    aggregate: str


class Month(In):
    """A month as YYYYMM."""

    period: Annotated[int, Field(ge=FIRST, le=LAST)]


class FactOut(Out):
    """One row behind a figure: whose it is, and the record that it came from."""

    subject_id: int | None
    org_id: int | None
    occurred_on: date
    num: Figure
    den: Figure
    weight: float
    ref: int
    title: str


class Facts(Out):
    """The facts of a month in the caller's range, and the figure that they give."""

    key: str
    period: int
    value: Figure | None
    facts: list[FactOut]


@api.on("GET", "", summary=_l("List what can be counted"))
@signed_in
def measures() -> list[MeasureOut]:
    """Answer the measures whose records the caller may see."""
    access = current_unit().access
    return [
        MeasureOut(
            key=one.key,
            title=str(one.title),
            unit=str(one.unit),
            resource=str(one.resource),
            aggregate=one.aggregate,
        )
        for one in registry().measures()
        if access.may(one.resource, Verb.QUERY)
    ]


@api.on("GET", "/<measure>", summary=_l("Read the facts of a month"))
@signed_in
def facts(measure: str, query: Month) -> Facts:
    """Answer every fact of the caller's range."""
    found = next((one for one in registry().measures() if one.key == measure), None)
    if found is None:
        raise NotFound(_("There is no such measure, or its add-on is disabled."))
    require(found.resource, Verb.QUERY)
    if query.period % 100 not in range(1, 13):
        words = _("This must be a month such as 202603.")
        raise Refused(words, fields={"period": [words]})
    statement = found.facts(query.period).limit(MOST_FACTS + 1)
    rows = current_unit().session.execute(statement).all()
    if len(rows) > MOST_FACTS:
        raise Refused(_("More than %(limit)s facts in this month.", limit=f"{MOST_FACTS:,}"))
    money = {name: _is_money(statement, name) for name in ("num", "den")}
    told = [row._asdict() for row in rows]
    for fact in told:
        fact.update({name: _figure(fact[name], is_money=money[name]) for name in money})
    value = _value(found, rows, money)
    return Facts.model_validate(
        {"key": found.key, "period": query.period, "value": value, "facts": told}
    )


def _is_money(statement: Select[Any], name: str) -> bool:
    return isinstance(statement.selected_columns[name].type, Money)


def _figure(value: Any, *, is_money: bool) -> Any:
    """Return amounts as text with two decimals, as every answer gives them."""
    return f"{Decimal(value):.2f}" if is_money else value


def _value(measure: Measure, rows: Any, money: Mapping[str, bool]) -> Any:
    total = sum((Decimal(row.num) * Decimal(row.weight) for row in rows), Decimal(0))
    if measure.aggregate == "sum":
        return _figure(total, is_money=money["num"])
    base = sum((Decimal(row.den) * Decimal(row.weight) for row in rows), Decimal(0))
    is_money = money["num"] and not money["den"]
    return _figure(total / base, is_money=is_money) if base else None
