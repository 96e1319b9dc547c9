"""What an act would change: done in a savepoint, read from the audit trail, taken back."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core.access.uses import ACTING
from core.audit.models import AuditEntry
from core.contributions import Verb
from core.unit_of_work import current_unit

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
COLUMNS = ("action", "resource", "record_id", "label", "changes", "reason")


@dataclass(frozen=True, slots=True)
class Effect:
    """One entry that the audit trail would get; `changes` maps fields to [old, new]."""

    action: str
    resource: str
    record_id: int | None
    label: str
    changes: dict[str, Any]
    reason: str = ""


def rehearse(act: Callable[[], Any]) -> list[Effect]:
    """Run `act` in the present writing unit, take it back, and return what it did."""
    unit = current_unit()
    session, connection = unit.session, unit.connection
    unit.flush()
    remembered, after, last = dict(session.info), len(unit.after_commit), len(unit.last_writes)
    opened = len(unit.elevated_sessions)
    since = connection.scalar(select(func.max(AuditEntry.id))) or 0
    savepoint = session.begin_nested()
    session.info.pop(ACTING, None)  # what is only tried uses no right
    try:
        act()
        unit.flush()
        return _noted(since)
    finally:
        savepoint.rollback()
        session.expire_all()
        session.info.clear()
        session.info.update(remembered)
        for other in unit.elevated_sessions[opened:]:
            other.close()
        del unit.elevated_sessions[opened:]
        del unit.after_commit[after:], unit.last_writes[last:]


def noted(act: Callable[[], Any]) -> list[Effect]:
    """Run `act` in the present writing unit for good and return what it did."""
    unit = current_unit()
    unit.flush()
    since = unit.connection.scalar(select(func.max(AuditEntry.id))) or 0
    act()
    unit.flush()
    return _noted(since)


def digest_of(effects: Sequence[Effect], depends: Any = None) -> str:
    """Return a digest of what an act finds and what it makes of it, and of what it hangs on.

    Instants that it stores are left out, and the numbers that new records get: each trial has
    others. So is the name of the unit's actor, which a token lengthens.
    """
    name = current_unit().actor.label
    found = [
        [
            one.action,
            one.resource,
            *([] if one.action == Verb.CREATE else [one.record_id, one.label]),
            sorted((field, _plain(value, name)) for field, value in one.changes.items()),
        ]
        for one in effects
    ]
    plain = json.dumps([sorted(found, key=repr), depends], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def _plain(value: Any, name: str) -> str:
    old, new = value if isinstance(value, list) and len(value) == 2 else (None, value)  # noqa: PLR2004
    if isinstance(new, str) and INSTANT.match(new):
        new = "an instant"
    elif name and new == name:
        new = "who does it"
    return json.dumps([old, new], sort_keys=True)


def _noted(since: int) -> list[Effect]:
    unit = current_unit()
    rows = unit.connection.execute(
        select(*(getattr(AuditEntry, name) for name in COLUMNS))
        .where(AuditEntry.id > since, AuditEntry.unit_id == unit.id)
        .order_by(AuditEntry.id)
    )
    return [Effect(*row) for row in rows]
