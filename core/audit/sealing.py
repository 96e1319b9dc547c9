"""Sealing: committed entries are chained by HMAC, batch by batch, in the order of their ids.

Entries are written plain, so that writers never wait for each other; the sealer follows. A row
number may be given out long before its transaction commits, so the sealer first finds a
watermark below which nothing can appear any more.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.access.wall import QUIET
from core.audit.models import AuditEntry, AuditSeal
from core.clock import now
from core.config import Config, site_config
from core.contributions import JobDef, Step
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun
from core.jobs.services import enqueue

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
    "for_user_id",
    "for_label",
)
START = "0" * 64
LOWEST = -(2**62)
KEY_FILE = "audit.key"
ANCHOR_FILE = "audit.anchor"
FOLLOW = "audit.follow"  # the kind of job that core.remarks declares: it reads what was settled


def row_mac(key: bytes, row: Any) -> str:
    """Return the HMAC of everything that one entry says."""
    values = [getattr(row, name) for name in FIELDS]
    values[1] = row.at.astimezone(UTC).isoformat()
    while values[-1] is None:  # so that rows sealed before there were substitutes still fit
        values.pop()
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
                session.execute(text(_quiet(session)))
        except OperationalError:
            return None
    return session.execute(select(func.coalesce(func.max(AuditEntry.id), 0))).scalar_one()


def _quiet(session: Session) -> str:
    """Return what keeps writers out; who owns no tables may lock them only by that function.

    It stays when hardening is undone, so the catalog is asked, not what the connection learnt.
    """
    there = session.scalar(text("SELECT to_regproc(:name) IS NOT NULL"), {"name": QUIET})
    return f"SELECT {QUIET}()" if there else "LOCK TABLE core_audit IN SHARE MODE"


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


def seal_key() -> bytes:
    """Return the sealing key of this site, made at first use."""
    return _config().key_file(KEY_FILE)


def keep_anchor(seal_id: int, mac: str) -> None:
    """Note the newest seal beside the database, so that cutting off the end shows."""
    path = _config().instance / ANCHOR_FILE
    known = read_anchor()
    if known is not None and known[0] >= seal_id:
        return
    temporary = path.with_name(f"{ANCHOR_FILE}.{os.getpid()}")
    temporary.write_text(json.dumps({"seal": seal_id, "mac": mac}), encoding="utf-8")
    temporary.replace(path)


def read_anchor() -> tuple[int, str] | None:
    """Return (seal id, mac) of the newest seal that this server knows of."""
    path = _config().instance / ANCHOR_FILE
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    return int(kept["seal"]), str(kept["mac"])


def _config() -> Config:
    return site_config()


def seal_step(run: JobRun) -> Step:
    """First find how far the trail is settled, then seal batch by batch, each in a step."""
    until = run.cursor.get("until")
    if until is None:
        found = watermark(run.session)
        if found is None:
            return Step(done=True, note=_("Writers were busy; the next run seals."))
        return Step(cursor={"until": found})
    before = last_seal(run.session)
    if seal_batch(run.session, until) == 0:
        return Step(done=True)
    _pass_on(run.session, before)
    return Step(cursor={"until": until})


def _pass_on(session: Session, before: AuditSeal | None) -> None:
    """Let followers be told of the batch: a job of its own, so that it cannot harm the chain.

    Sealed entries are all committed, and their numbers have no gap that may fill later; so this
    costs the writers nothing and misses nobody.
    """
    sealed = last_seal(session)
    if sealed is not None:
        after = before.last_id if before is not None else sealed.first_id - 1
        payload = {"after": after, "until": sealed.last_id}
        enqueue(session, FOLLOW, payload, idempotency_key=f"audit:{sealed.id}", as_system=True)


SEAL = JobDef(
    kind="audit.seal",
    title=_l("Seal the audit trail"),
    step=seal_step,
    every=timedelta(minutes=1),
)
