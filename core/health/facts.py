"""What the checks look at, read in one statement that costs the same on a site of any size."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from core.addons.models import EPOCH_ID, Addon, CoreEpoch, Worker
from core.audit.models import AuditEntry, AuditSeal
from core.clock import now
from core.database import UtcDateTime
from core.jobs.definitions import definitions, running_owners
from core.jobs.models import Job, JobState, ScheduleFire
from core.workcalendar.watching import confirmed, open_year, years_needed

MANY = 1_000
LOWEST = -(2**62)
POSTGRES = ("fsync", "synchronous_commit", "full_page_writes")
WALL = """(EXISTS (SELECT FROM pg_proc WHERE starts_with(proname, 'core_wall_')
        AND pronamespace = current_schema()::regnamespace)
    OR EXISTS (SELECT FROM pg_policy WHERE polname = 'core_wall')
    OR EXISTS (SELECT FROM pg_class
        WHERE relforcerowsecurity AND relnamespace = current_schema()::regnamespace))"""
SQLITE = ("journal_mode", "synchronous", "foreign_keys")


@dataclass(frozen=True, slots=True)
class Facts:
    """The state of the site at one instant, as its database tells it."""

    instant: datetime
    database: str
    database_version: str
    database_time: datetime
    modes: Mapping[str, str]
    addons_changed_at: datetime | None
    dead: int
    oldest_due: datetime | None
    last_fire: datetime | None
    unsealed_since: datetime | None
    verified_at: datetime | None
    verified_fault: str
    processes: int
    old_code: int
    behind: int
    behind_seen_at: datetime | None
    has_wall: bool  # whether anything of row-level security stands in the catalog
    open_year: int | None  # soon needed, and not confirmed in the work calendar


def read_facts(session: Session) -> Facts:
    """Return the facts; every part is answered by an index or stops at a bound."""
    dialect = session.get_bind().dialect.name
    names = POSTGRES if dialect == "postgresql" else SQLITE
    modes = {name: _mode(dialect, name) for name in names}
    version = func.version() if dialect == "postgresql" else func.sqlite_version()
    verified = (
        select(AuditEntry.id)
        .where(AuditEntry.resource == "core.audit", AuditEntry.action == "verify")
        .order_by(AuditEntry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    module = _one(CoreEpoch.module_version, CoreEpoch.id == EPOCH_ID)
    code = _one(CoreEpoch.code_version, CoreEpoch.id == EPOCH_ID)
    years = years_needed()
    parts: dict[str, Any] = {
        "database_version": version,
        "database_time": _time(dialect),
        "addons_changed_at": select(func.max(Addon.changed_at)).scalar_subquery(),
        "dead": _dead(),
        "oldest_due": _oldest_due(),
        "last_fire": _last_fire(),
        "unsealed_since": _unsealed_since(),
        "verified_at": _one(AuditEntry.at, AuditEntry.id == verified),
        "verified": _one(AuditEntry.changes, AuditEntry.id == verified),
        "processes": select(func.count(Worker.id)).scalar_subquery(),
        "old_code": _one(func.count(Worker.id), Worker.code_version < code),
        "behind": _one(func.count(Worker.id), Worker.module_version < module),
        "behind_seen_at": _one(func.max(Worker.seen_at), Worker.module_version < module),
        "any_year": confirmed(),
        "this_year": confirmed(years[0]),
        "soon_year": confirmed(years[1]),
        "has_wall": literal_column(WALL) if dialect == "postgresql" else false(),
        **modes,
    }
    row = session.execute(select(*(part.label(key) for key, part in parts.items()))).one()
    found = dict(row._mapping)  # noqa: SLF001 - the public way of reading a row by name
    verdict = found.pop("verified") or {}
    marks = [found.pop(name) for name in ("any_year", "this_year", "soon_year")]
    held = {name: str(found.pop(name)) for name in modes}
    return Facts(
        instant=now(),
        database=dialect,
        modes=held,
        open_year=open_year(years, *marks),
        verified_fault=str(verdict.get("fault") or ""),
        **found,
    )


def _mode(dialect: str, name: str) -> Any:
    if dialect == "postgresql":
        return func.current_setting(name)
    pragma = getattr(func, f"pragma_{name}")().table_valued(column(name, String))
    return select(pragma.c[name]).scalar_subquery()


def _time(dialect: str) -> Any:
    if dialect == "postgresql":
        return cast(func.clock_timestamp(), UtcDateTime)
    return func.strftime("%Y-%m-%d %H:%M:%f", "now", type_=UtcDateTime)


def _one(value: Any, condition: ColumnElement[bool]) -> Any:
    return select(value).where(condition).scalar_subquery()


def _dead() -> Any:
    some = select(Job.id).where(Job.state == JobState.DEAD).limit(MANY).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _last_fire() -> Any:
    """Return when a schedule fired last: the newest firing of each, which its key leads to."""
    newest = [
        select(func.max(ScheduleFire.fire_time).label("at")).where(ScheduleFire.schedule == kind)
        for kind, one in definitions().items()
        if one.every is not None
    ]
    each = union_all(*newest).subquery()
    return select(func.max(each.c.at)).scalar_subquery()


def _oldest_due() -> Any:
    """Return since when the oldest job that may run has been due."""
    return _one(
        func.min(Job.due_at),
        and_(
            Job.state == JobState.PENDING,
            Job.due_at <= now(),
            Job.addon.in_(running_owners()),
            Job.kind.in_(list(definitions())),
        ),
    )


def _unsealed_since() -> Any:
    last = select(func.coalesce(func.max(AuditSeal.last_id), literal(LOWEST))).scalar_subquery()
    return (
        select(AuditEntry.at)
        .where(AuditEntry.id > last)
        .order_by(AuditEntry.id)
        .limit(1)
        .scalar_subquery()
    )
