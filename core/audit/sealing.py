"""Sealing: committed entries are chained by HMAC, batch by batch, in the order of their ids.

Entries are written plain, so that writers never wait for each other; the sealer follows. A row
number may be given out long before its transaction commits, so the sealer first finds a
watermark below which nothing can appear any more.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.audit.anchor import keep_anchor, seal_key
from core.audit.models import AuditEntry, AuditSeal
from core.clock import now

BATCH = 500
FIELDS = (
    "id",
    "at",
    "actor_kind",
    "actor_user_id",
    "actor_label",
    "action",
    "resource",
    "record_id",
    "label",
    "changes",
    "reason",
    "request_id",
    "unit_id",
)
START = "0" * 64
LOWEST = -(2**62)


def row_mac(key: bytes, row: Any) -> str:
    """Return the HMAC of everything that one entry says."""
    values = [getattr(row, name) for name in FIELDS]
    values[1] = row.at.astimezone(UTC).isoformat()
    said = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, said.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def seal_mac(key: bytes, previous: str, seal_id: int, entries: Sequence[Any]) -> str:
    """Return the HMAC that chains a batch to the one before it."""
    said = json.dumps([previous, seal_id, entries], separators=(",", ":"))
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def watermark(session: Session) -> int | None:
    """Return an id up to which every entry is committed or will never be; None if writers are busy.

    On PostgreSQL the table is locked against writers for the moment of looking: whoever drew a
    number holds a lock that we wait for, but never longer than a quarter of a second.
    """
    if session.get_bind().dialect.name == "postgresql":
        try:
            with session.begin_nested():
                session.execute(text("SET LOCAL lock_timeout = '250ms'"))
                session.execute(text("LOCK TABLE core_audit IN SHARE MODE"))
        except OperationalError:
            return None
    return session.execute(select(func.coalesce(func.max(AuditEntry.id), 0))).scalar_one()


def seal_batch(session: Session, until: int) -> int:
    """Seal the next entries up to the id `until`; return how many (0: all are sealed)."""
    last = last_seal(session)
    sealed_to = last.last_id if last else LOWEST
    rows = session.execute(
        select(*[getattr(AuditEntry, name) for name in FIELDS])
        .where(AuditEntry.id > sealed_to, AuditEntry.id <= until)
        .order_by(AuditEntry.id)
        .limit(BATCH)
    ).all()
    if not rows:
        return 0
    key = seal_key()
    entries = [[row.id, row_mac(key, row)] for row in rows]
    seal_id = last.id + 1 if last else 1
    seal = AuditSeal(
        id=seal_id,
        first_id=rows[0].id,
        last_id=rows[-1].id,
        entries=entries,
        mac=seal_mac(key, last.mac if last else START, seal_id, entries),
        at=now(),
    )
    session.add(seal)
    session.flush()
    mac = seal.mac
    session.info["unit"].after_commit.append(lambda: keep_anchor(seal_id, mac))
    return len(rows)


def last_seal(session: Session) -> AuditSeal | None:
    """Return the newest seal."""
    return session.execute(
        select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)
    ).scalar_one_or_none()
