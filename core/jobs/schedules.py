"""Schedules: kinds of job that fire once an interval, however many workers look at the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.actor import system_actor
from core.addons.registry import registry
from core.audit.services import record
from core.clock import now
from core.contributions import JobDef
from core.database import insert_once
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.jobs.definitions import definitions
from core.jobs.models import Job, JobState, ScheduleFire, SchedulePause
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
    if added is None or session.get(SchedulePause, kind.kind) is not None:
        return 0  # the interval is used up in a pause, too: resuming makes nothing up
    enqueue(
        session,
        kind.kind,
        {"fire_time": fire_time.isoformat()},
        idempotency_key=f"schedule:{kind.kind}:{fire_time.isoformat()}",
    )
    return 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as administrators see it; `last` is its newest job, `is_on` that of its add-on."""

    kind: JobDef
    owner: str
    is_on: bool
    pause: SchedulePause | None
    last: Job | None

    @property
    def next_at(self) -> datetime | None:
        """When it fires next; None while it is paused or its add-on is off."""
        every = self.kind.every
        return slot(every, now()) + every if every and self.is_on and not self.pause else None


def schedules(session: Session) -> list[Schedule]:
    """Return every schedule of the core and the loaded add-ons, in three statements at most."""
    kinds = {one.kind: one for one in registry().every("jobs") if one.every is not None}
    newest = select(func.max(Job.id)).where(Job.kind.in_(kinds)).group_by(Job.kind)
    last = {job.kind: job for job in session.scalars(select(Job).where(Job.id.in_(newest)))}
    paused = {one.schedule: one for one in session.scalars(select(SchedulePause))}
    on = definitions()
    return [
        Schedule(one, registry().owner_of(one), key in on, paused.get(key), last.get(key))
        for key, one in kinds.items()
    ]


def schedule_of(session: Session, kind: str) -> Schedule:
    """Return one schedule; raise NotFound for a kind that is none."""
    for one in schedules(session):
        if one.kind.kind == kind:
            return one
    raise NotFound(_("There is no such schedule."))


def pause_schedule(session: Session, kind: str, *, reason: str) -> None:
    """Stop a schedule in every worker from its next interval on; a job under way goes on."""
    schedule_of(session, kind)
    values = {"at": now(), "by_label": session.info["unit"].actor.label, "reason": reason}
    statement = insert_once(session)(SchedulePause).values(schedule=kind, **values)
    added = session.execute(
        statement.on_conflict_do_nothing().returning(SchedulePause.schedule)
    ).scalar_one_or_none()
    if added is not None:
        record(session, "pause", "core.job", None, label=kind, reason=reason)


def resume_schedule(session: Session, kind: str) -> None:
    """Let a schedule fire again from its next interval on; what was missed is not made up."""
    schedule_of(session, kind)
    statement = delete(SchedulePause).where(SchedulePause.schedule == kind)
    if session.execute(statement).rowcount:  # type: ignore[attr-defined]
        record(session, "resume", "core.job", None, label=kind)


def run_now(session: Session, kind: str) -> int:
    """Put one job of a schedule into the queue beside its intervals and return its id.

    Raises Refused while its add-on is off or one waits or runs. The key names the job before it,
    so that two who press at once get the same one.
    """
    schedule = schedule_of(session, kind)
    if not schedule.is_on:
        raise Refused(_("Its add-on is switched off, so it cannot run. Enable the add-on first."))
    last = schedule.last
    if last is not None and last.state in {JobState.PENDING, JobState.LEASED}:
        raise Refused(_("It waits or runs already. Nothing was added."))
    after = last.id if last is not None else 0
    payload = {"fire_time": now().isoformat()}
    job_id = enqueue(session, kind, payload, idempotency_key=f"now:{kind}:{after}", as_system=True)
    record(session, "run", "core.job", job_id, label=kind)
    return job_id
