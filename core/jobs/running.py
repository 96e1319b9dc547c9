"""Running one claimed job, step by step; each step is one unit of work."""

import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from core.access.guarded_session import GuardedSession
from core.actor import Actor, system_actor
from core.addons.registry import registry
from core.clock import now
from core.contributions import JobDef, Step
from core.database import db, waiting_writers
from core.errors import Conflict, DomainError
from core.i18n import keeping, spoken
from core.jobs.definitions import definitions
from core.jobs.leasing import Fenced, Lease, claim, fail, own, park, store_step
from core.jobs.originator import originator
from core.unit_of_work import read_only, unit_of_work

SLICE_SECONDS = 1.0
STEP_SECONDS = 0.1
LONGEST_COURTESY = 0.5
LONGEST_TRACE = 4000
WORKER = system_actor("job worker")


@dataclass(slots=True)
class JobRun:
    """What a step gets: its job, where the last step stopped, and the unit of work it runs in."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    cursor: Mapping[str, Any]
    attempt: int
    session: Session
    actor: Actor
    began: float = field(default_factory=time.monotonic)

    def time_is_up(self) -> bool:
        """Tell whether a step has worked long enough: store the cursor and let others in."""
        return time.monotonic() - self.began > STEP_SECONDS


def run_next(*, job_id: int | None = None) -> bool:
    """Claim one job and run it for one slice of time; False when none was due."""
    with unit_of_work(WORKER) as session:
        lease = claim(session, job_id=job_id)
    if lease is None:
        return False
    run_slice(lease)
    return True


def run_slice(lease: Lease) -> None:
    """Run steps until the job ends, fails, is lost, or its slice of time is over.

    A long job is given back after a second, so that one worker serves all jobs in turn.
    """
    end = time.monotonic() + SLICE_SECONDS
    last_pause = False
    while not last_pause:
        started = time.monotonic()
        last_pause = started >= end
        with keeping():
            goes_on = _one_step(lease, last=last_pause)
        if not goes_on:
            return
        _let_others_in(time.monotonic() - started, last=last_pause)


def _one_step(lease: Lease, *, last: bool) -> bool:
    """Run one step; tell whether the job wants another one from this worker."""
    kind = definitions().get(lease.kind)
    try:
        if kind is None or not registry().is_on(lease.addon):
            _parked(lease)
            return False
        try:
            return not _stored_step(lease, kind, last=last).done
        except Exception as error:
            if isinstance(error, Fenced):
                raise
            if _switched_off(lease):
                _parked(lease)
            else:
                _failed(lease, kind, error)
    except Fenced:
        current_app.logger.info("job %s was taken over or cancelled", lease.job_id)
    return False


def _parked(lease: Lease) -> None:
    with unit_of_work(WORKER) as session:
        park(session, lease)


def _switched_off(lease: Lease) -> bool:
    """Tell whether a step may have failed because its add-on was switched off in its midst."""
    registry().switchboard.current(fresh=True)
    return lease.kind not in definitions() or not registry().is_on(lease.addon)


def _stored_step(lease: Lease, kind: JobDef, *, last: bool) -> Step:
    """Run one step and store its cursor; of one that only reads, the cursor is all it writes."""
    actor, early = _actor(lease), None
    if kind.reads_only:
        with read_only(actor) as session:
            early = kind.step(_run(session, lease, own(session, lease, lock=False)))
    with unit_of_work(actor) as session:
        row = own(session, lease)
        step = early or kind.step(_run(session, lease, row))
        if step.effect is not None:
            step.effect(session)
        session.flush()
        store_step(session, lease, step, until=None if last else now() + kind.lease)
    return step


def _run(session: GuardedSession, lease: Lease, row: Any) -> JobRun:
    actor = session.info["unit"].actor
    return JobRun(lease.job_id, lease.kind, row.payload, row.cursor, lease.attempt, session, actor)


def _actor(lease: Lease) -> Actor:
    """Return who the job acts for, with today's rights; raise NotAllowed if the account is off."""
    if lease.as_user_id is None:
        return system_actor(f"job {lease.kind}")
    with read_only(WORKER) as session:
        return originator(session, lease.as_user_id, lease.scopes)


def _failed(lease: Lease, kind: JobDef, error: Exception) -> None:
    current_app.logger.warning("job %s %s failed", lease.kind, lease.job_id, exc_info=error)
    hopeless = isinstance(error, DomainError) and not isinstance(error, Conflict)
    with unit_of_work(WORKER) as session:
        fail(session, lease, _words(error), allowed=kind.max_attempts, hopeless=hopeless)


def _words(error: Exception) -> str:
    """Return what is kept: the words of a refusal for every reader's language, else the trace."""
    if isinstance(error, DomainError):
        return spoken(error.message)
    return "".join(traceback.format_exception(error))[-LONGEST_TRACE:]


def _let_others_in(spent: float, *, last: bool) -> None:
    """Leave SQLite's only write lock free until those who wait for it have had it.

    Waiters of this process are known. Others poll ever more slowly, up to every 100 ms, so a
    pause shorter than that can be missed; the last pause of a slice cannot.
    """
    if db.engine.dialect.name != "sqlite":
        return
    time.sleep(0.105 if last else min(max(spent, 0.002), 0.03))
    end = time.monotonic() + LONGEST_COURTESY
    while waiting_writers and time.monotonic() < end:
        time.sleep(0.005)
