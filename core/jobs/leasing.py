"""Taking jobs and giving them back: leases with a fencing token.

A worker owns a job as long as the token in the row is its own. Every step stores its effect and
the job's row in one commit that names the token; whoever lost the lease stores nothing.
"""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from core.clock import now
from core.contributions import JobDef, Step
from core.i18n import gettext as _
from core.i18n import keeping
from core.jobs.definitions import definitions, running_owners, tell
from core.jobs.models import Job, JobState

Scopes = frozenset[tuple[str, str]] | None  # what an API token narrows its user's rights to
LONGEST_BACK_OFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claimed job; `token` proves the claim."""

    job_id: int
    kind: str
    addon: str
    token: str
    attempt: int
    as_user_id: int | None
    scopes: Scopes = None


class Fenced(Exception):  # noqa: N818 - an outcome, not a fault
    """The lease was lost: somebody else has the job, or it was cancelled."""


def claim(session: Session, *, job_id: int | None = None) -> Lease | None:
    """Take the most urgent job that is due, or a certain one; None when there is none.

    Jobs whose kind or add-on is off stay where they are. A job whose last allowed attempt ended
    with the death of its worker becomes a dead letter here.
    """
    kinds = definitions()
    while True:
        job = _next(session, list(kinds), job_id)
        if job is None:
            return None
        allowed = kinds[job.kind].max_attempts
        if job.attempts >= allowed:
            _bury_abandoned(session, job)
            continue
        return _lease(session, job, kinds[job.kind])


def _next(session: Session, kinds: list[str], job_id: int | None) -> Any:
    instant = now()
    free = or_(
        and_(Job.state == JobState.PENDING, Job.due_at <= instant),
        and_(Job.state == JobState.LEASED, Job.lease_until < instant),
    )
    statement = (
        select(Job.id, Job.kind, Job.addon, Job.attempts, Job.as_user_id, Job.scopes)
        .where(free, Job.kind.in_(kinds), Job.addon.in_(running_owners()))
        .order_by(Job.priority.desc(), Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job_id is not None:
        statement = statement.where(Job.id == job_id)
    return session.execute(statement).one_or_none()


def _lease(session: Session, job: Any, kind: JobDef) -> Lease:
    token = uuid.uuid4().hex
    scopes = None if job.scopes is None else frozenset((key, verb) for key, verb in job.scopes)
    lease = Lease(job.id, job.kind, job.addon, token, job.attempts + 1, job.as_user_id, scopes)
    _set(
        session,
        job.id,
        state=JobState.LEASED,
        lease_token=lease.token,
        lease_until=now() + kind.lease,
        attempts=lease.attempt,
    )
    return lease


def _bury_abandoned(session: Session, job: Any) -> None:
    with keeping():
        words = _("Every attempt ended with the worker dying in the middle of a step.")
    _set(
        session,
        job.id,
        state=JobState.DEAD,
        last_error=words,
        finished_at=now(),
        lease_token=None,
        lease_until=None,
    )
    tell(session, job.kind, job.id, JobState.DEAD)


def _set(session: Session, job_id: int, **values: Any) -> None:
    session.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def own(session: Session, lease: Lease, *, lock: bool = True) -> Any:
    """Return payload, cursor and attempts and hold the row; raise Fenced if the lease is lost."""
    statement = (
        select(Job.payload, Job.cursor, Job.attempts)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .where(Job.state == JobState.LEASED)
    )
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise Fenced
    return row


def store_step(session: Session, lease: Lease, step: Step, *, until: datetime | None) -> None:
    """Write what a step achieved beside its effect; raise Fenced if the lease was lost.

    With `until` the lease goes on; without it the job is given back (pending, due at once) or,
    when the step says so, done.
    """
    values: dict[str, Any] = {"cursor": dict(step.cursor), "last_error": ""}
    if step.note:
        values["note"] = step.note
    if step.progress is not None:
        values["progress_done"], values["progress_total"] = step.progress
    if step.done:
        values |= {"state": JobState.DONE, "finished_at": now()}
    elif until is None:
        values |= {"state": JobState.PENDING, "attempts": 0, "due_at": now()}
    else:
        values |= {"attempts": 1, "lease_until": until}
    if step.done or until is None:
        values |= {"lease_token": None, "lease_until": None}
    _update_own(session, lease, values)


def fail(session: Session, lease: Lease, words: str, *, allowed: int, hopeless: bool) -> None:
    """Note why a step failed: pending again after a pause, or a dead letter.

    A dead letter when the failure is `hopeless` or the `allowed` attempts at this step are used
    up. Raises Fenced if the lease was lost.
    """
    attempts: int = own(session, lease).attempts
    values: dict[str, Any] = {
        "last_error": words,
        "lease_token": None,
        "lease_until": None,
    }
    if hopeless or attempts >= allowed:
        values |= {"state": JobState.DEAD, "finished_at": now()}
    else:
        values |= {"state": JobState.PENDING, "due_at": now() + back_off(attempts)}
    _update_own(session, lease, values)
    if values["state"] == JobState.DEAD:
        tell(session, lease.kind, lease.job_id, JobState.DEAD)


def park(session: Session, lease: Lease) -> None:
    """Put a job back untouched because its add-on was switched off meanwhile."""
    values = {
        "state": JobState.PENDING,
        "attempts": 0,
        "lease_token": None,
        "lease_until": None,
    }
    _update_own(session, lease, values)


def back_off(attempt: int) -> timedelta:
    """Return the pause before the next attempt: doubling, at most ten minutes, with jitter."""
    pause = min(timedelta(seconds=2 ** min(attempt, 16)), LONGEST_BACK_OFF)
    return pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing


def _update_own(session: Session, lease: Lease, values: Mapping[str, Any]) -> None:
    stored = session.execute(
        update(Job)
        .where(Job.id == lease.job_id, Job.lease_token == lease.token)
        .where(Job.state == JobState.LEASED)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if stored.rowcount != 1:  # type: ignore[attr-defined]
        raise Fenced
