"""Schedules: kinds of job that fire once an interval, however many workers look at the clock."""

from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy.orm import Session

from core.actor import system_actor
from core.clock import now
from core.contributions import JobDef
from core.database import insert_once
from core.jobs.definitions import definitions
from core.jobs.models import ScheduleFire
from core.jobs.services import enqueue
from core.unit_of_work import unit_of_work

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEEN = "sunmao_schedules_seen"


def slot(every: timedelta, instant: datetime) -> datetime:
    """Return the start of the interval of length `every` in which `instant` lies."""
    return instant - (instant - EPOCH) % every


def fire_due_schedules() -> int:
    """Enqueue every schedule whose present interval has not fired; return how many fired.

    What this process knows to have fired costs no statement.
    """
    seen: dict[str, datetime] = current_app.extensions.setdefault(SEEN, {})
    fired = 0
    for kind in definitions().values():
        if kind.every is None:
            continue
        fire_time = slot(kind.every, now())
        if seen.get(kind.kind) == fire_time:
            continue
        with unit_of_work(system_actor("schedules")) as session:
            fired += _fire(session, kind, fire_time)
        seen[kind.kind] = fire_time
    return fired


def _fire(session: Session, kind: JobDef, fire_time: datetime) -> int:
    added = session.execute(
        insert_once(session)(ScheduleFire)
        .values(schedule=kind.kind, fire_time=fire_time)
        .on_conflict_do_nothing()
        .returning(ScheduleFire.schedule)
    ).scalar_one_or_none()
    if added is None:
        return 0
    enqueue(
        session,
        kind.kind,
        {"fire_time": fire_time.isoformat()},
        idempotency_key=f"schedule:{kind.kind}:{fire_time.isoformat()}",
    )
    return 1
