"""Writing the audit trail: explicit acts here, changes of records in core.audit.recording."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import g, has_request_context
from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from core.actor import Actor
from core.audit.behalf import for_act
from core.audit.models import AuditEntry
from core.audit.values import as_json
from core.clock import now

LONGEST_LABEL = 300


def record(
    session: Session,
    action: str,
    resource: str,
    record_id: int | None,
    *,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    label: str = "",
    actor: Actor | None = None,
) -> None:
    """Note one act in the caller's unit of work; it stands or falls with the act itself.

    `changes` maps field names to [old, new]; other facts about the act may stand there as plain
    values. Actor and `reason` are the unit's unless given.
    """
    entry = {
        "action": action,
        "resource": resource,
        "record_id": record_id,
        "label": label[:LONGEST_LABEL],
        "changes": {key: as_json(value) for key, value in (changes or {}).items()},
    }
    if reason:
        entry["reason"] = reason
    if actor is not None:
        entry |= _who(actor)
    session.flush()
    entry |= for_act(session, entry)
    write(session.connection(), session.info["unit"], [entry])


def write(connection: Connection, unit: Any, entries: Iterable[Mapping[str, Any]]) -> None:
    """Insert entries in one statement; `unit` supplies actor, reason and unit id."""
    shared = {
        "at": now(),
        **_who(unit.actor),
        "reason": unit.reason,
        "request_id": request_id(),
        "unit_id": unit.id,
        "for_user_id": None,
        "for_label": None,
    }
    rows = [shared | dict(entry) for entry in entries]
    if rows:
        connection.execute(insert(AuditEntry), rows)


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "actor_kind": actor.kind,
        "actor_user_id": actor.user_id,
        "actor_label": actor.label[:200],
    }


def request_id() -> str:
    """Return the id that the present request's log lines and error page carry, or ""."""
    return str(g.get("request_id", ""))[:64] if has_request_context() else ""
