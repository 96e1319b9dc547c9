"""What others do with jobs: enqueue, retry, cancel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert as plain_insert
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.audit.services import record
from core.clock import now
from core.database import insert_once
from core.errors import Conflict, NotFound, ProgrammingFault
from core.i18n import gettext as _
from core.jobs.definitions import owner, tell
from core.jobs.models import Job, JobState
from core.jobs.wake import wake


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    idempotency_key: str | None = None,
    due_at: datetime | None = None,
    priority: int = 0,
    as_system: bool = False,
    as_user: int | None = None,
    addon: str | None = None,
) -> int:
    """Put a job into the caller's unit of work and return its id.

    It runs after the commit, under the caller's identity with the rights that identity has then,
    within the scopes of the caller's API token if there is one (or as the system; what runs as the
    system may name another account, `as_user`). With an
    `idempotency_key` that is already used, the id of the job that has it is returned and nothing
    is added. `addon` parks the job while that add-on is off; it is the owner of the kind by
    default. Raises ProgrammingFault for a kind that nobody declares.
    """
    unit = session.info["unit"]
    if as_user is not None and unit.actor.user_id is not None:
        raise ProgrammingFault("only what runs as the system gives jobs to other accounts")
    values = {
        "kind": kind,
        "addon": addon or owner(kind),
        "payload": dict(payload),
        "cursor": {},
        "state": JobState.PENDING,
        "priority": priority,
        "due_at": due_at or now(),
        "as_user_id": as_user if as_user or as_system else unit.actor.user_id,
        "scopes": None if as_system else _scopes(unit.actor),
        "idempotency_key": idempotency_key,
        "created_at": now(),
    }
    job_id = _insert(session, values)
    if wake not in unit.after_commit:
        unit.after_commit.append(wake)
    return job_id


def _scopes(actor: Actor) -> list[tuple[str, str]] | None:
    return None if actor.scopes is None else sorted(actor.scopes)


def _insert(session: Session, values: Mapping[str, Any]) -> int:
    key = values["idempotency_key"]
    if key is None:
        return session.execute(plain_insert(Job).values(**values).returning(Job.id)).scalar_one()
    statement = insert_once(session)(Job).values(**values)
    added = session.execute(
        statement.on_conflict_do_nothing(index_elements=["idempotency_key"]).returning(Job.id)
    ).scalar_one_or_none()
    if added is not None:
        return added
    return session.execute(select(Job.id).where(Job.idempotency_key == key)).scalar_one()


def retry(session: Session, job_id: int) -> None:
    """Let a dead or cancelled job run again from the cursor where it stopped."""
    _change(
        session,
        job_id,
        from_states=(JobState.DEAD, JobState.CANCELLED),
        action="retry",
        values={
            "state": JobState.PENDING,
            "attempts": 0,
            "due_at": now(),
            "finished_at": None,
            "last_error": "",
        },
    )
    session.info["unit"].after_commit.append(wake)


def cancel(session: Session, job_id: int) -> None:
    """Stop a job for good; a step that is under way finishes first, no further one begins."""
    _change(
        session,
        job_id,
        from_states=(JobState.PENDING, JobState.LEASED),
        action="cancel",
        values={
            "state": JobState.CANCELLED,
            "finished_at": now(),
            "lease_token": None,
            "lease_until": None,
        },
    )


def _change(
    session: Session,
    job_id: int,
    *,
    from_states: tuple[JobState, ...],
    action: str,
    values: Mapping[str, Any],
) -> None:
    """Move a job in one guarded statement; raise NotFound, or Conflict if its state forbids it."""
    kind = session.execute(select(Job.kind).where(Job.id == job_id)).scalar_one_or_none()
    if kind is None:
        raise NotFound(_("There is no such job."))
    moved = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state.in_(from_states))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_("The job has moved on since the page was shown. Nothing was changed."))
    tell(session, kind, job_id, values["state"])
    record(session, action, "core.job", job_id, label=kind)
