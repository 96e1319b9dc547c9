"""What the start page says about accounts: all figures of a reader in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Select, String, case, cast, func, literal, select, union_all

from addons.customers.measures import standing_steps
from addons.customers.models import OPPORTUNITY, Customer, Opportunity, StageMove
from addons.customers.stages import OPEN_STAGES, Stage
from core.clock import period_of, today
from core.contributions import Verb
from core.organisation.models import Employee
from core.unit_of_work import current_session, current_unit

NOBODY = 0  # no employee has this key
KEPT = "customers.overview"
STUCK, RECENT = 5, 6


@dataclass(slots=True)
class Overview:
    """The figures over the range of `analyse`; `reached` is by (stage, month)."""

    accounts: dict[str, int] = field(default_factory=dict)
    own: int = 0
    top_grade: int = 0
    reached: dict[tuple[str, int], int] = field(default_factory=dict)
    open_count: dict[str, int] = field(default_factory=dict)
    open_value: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All accounts of the range."""
        return sum(self.accounts.values())

    def reached_in(self, stage: str, period: int) -> int:
        """How many accounts came to a stage in a month and did not fall back."""
        return self.reached.get((stage, period), 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account that has stood at its stage for long."""

    id: int
    name: str
    name_en: str
    stage: str
    since: date
    manager: str | None


def overview() -> Overview:
    """Return the figures, asked once in a unit of work for all fragments of the page."""
    kept = current_session().info
    if KEPT not in kept:
        kept[KEPT] = _read()
    found: Overview = kept[KEPT]
    return found


def months() -> tuple[int, int]:
    """Return this month and the one before as periods."""
    first = today().replace(day=1)
    return period_of(first), period_of(first - timedelta(days=1))


def _read() -> Overview:
    parts = [_accounts(), _steps()]
    if current_unit().access.may(OPPORTUNITY, Verb.ANALYSE):
        parts.append(_open_business())
    statement = union_all(*parts).execution_options(action=Verb.ANALYSE)
    found = Overview()
    for part, stage, period, count, own, top, value in current_session().execute(statement):
        match part:
            case "accounts":
                found.accounts[stage] = int(count)
                found.own += int(own)
                found.top_grade += int(top)
            case "steps":
                found.reached[stage, int(period)] = int(count)
            case "open":
                found.open_count[stage] = int(count)
                found.open_value[stage] = Decimal(int(value or 0)) / 100  # stored in minor units
    return found


def _part(name: str, stage: Any, *numbers: Any) -> list[Any]:
    names = ("period", "count", "own", "top", "value")
    typed = [cast(one, BigInteger).label(key) for key, one in zip(names, numbers, strict=True)]
    return [literal(name, String).label("part"), stage.label("stage"), *typed]


def _accounts() -> Select[Any]:
    me = current_unit().actor.employee_id or NOBODY
    mine = func.sum(case((Customer.scope_owner_id == me, 1), else_=0))
    top = func.sum(case((Customer.grade == "A", 1), else_=0))
    zero = literal(0)
    columns = _part("accounts", Customer.stage, zero, func.count(), mine, top, zero)
    return select(*columns).group_by(Customer.stage)


def _steps() -> Select[Any]:
    zero = literal(0)
    columns = _part("steps", StageMove.to_stage, StageMove.period, func.count(), zero, zero, zero)
    chosen = standing_steps(*columns).where(StageMove.period.in_(months()))
    return chosen.group_by(StageMove.to_stage, StageMove.period)


def _open_business() -> Select[Any]:
    zero, value = literal(0), func.sum(Opportunity.expected_value)
    columns = _part("open", Opportunity.stage, zero, func.count(), zero, zero, value)
    chosen = select(*columns).where(Opportunity.stage.in_(OPEN_STAGES))
    return chosen.group_by(Opportunity.stage)


def longest_waiting() -> Sequence[Waiting]:
    """Return the accounts of the reader's range that have stood longest before the last stage."""
    rows = current_session().execute(
        select(
            Customer.id,
            Customer.name,
            Customer.name_en,
            Customer.stage,
            Customer.stage_since,
            Employee.name,
        )
        .outerjoin(Employee, Employee.id == Customer.scope_owner_id)
        .where(Customer.stage != Stage.SIGNED)
        .order_by(Customer.stage_since, Customer.id)
        .limit(STUCK)
    )
    return [Waiting(*row) for row in rows]


def changed_lately() -> Select[int, str, str]:
    """Return the ids and names of the accounts in the reader's range that changed last."""
    return (
        select(Customer.id, Customer.name, Customer.name_en)
        .order_by(Customer.updated_at.desc(), Customer.id.desc())
        .limit(RECENT)
    )
