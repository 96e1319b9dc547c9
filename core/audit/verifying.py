"""Checking that the audit trail is whole."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit.models import AuditEntry, AuditSeal
from core.audit.sealing import FIELDS, LOWEST, START, read_anchor, row_mac, seal_key, seal_mac
from core.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how much is sealed, how much waits, and the first thing that is wrong."""

    sealed: int
    waiting: int
    fault: str | None


class _Fault(Exception):  # noqa: N818 - carries the first fault out of nested loops
    pass


def verify(session: Session) -> Verdict:
    """Recompute every seal and every sealed row; stop at the first one that does not agree."""
    key = seal_key()
    sealed, last_id = 0, LOWEST
    previous, expected = START, 1
    heads: dict[int, str] = {}
    try:
        for seal in _seals(session):
            _check_seal(key, seal, previous=previous, expected=expected)
            _check_rows(session, key, seal, after=last_id)
            sealed += len(seal.entries)
            last_id, previous, expected = seal.last_id, seal.mac, seal.id + 1
            heads[seal.id] = seal.mac
        _check_anchor(heads)
    except _Fault as fault:
        return Verdict(sealed, 0, str(fault))
    waiting = session.execute(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.id > last_id)
    ).scalar_one()
    return Verdict(sealed, waiting, None)


def _seals(session: Session) -> Iterator[AuditSeal]:
    after = -(2**31)
    while True:
        statement = select(AuditSeal).where(AuditSeal.id > after).order_by(AuditSeal.id).limit(20)
        page = session.execute(statement).scalars().all()
        if not page:
            return
        yield from page
        after = page[-1].id
        session.expunge_all()


def _check_seal(key: bytes, seal: AuditSeal, *, previous: str, expected: int) -> None:
    if seal.id != expected:
        raise _Fault(_("Seal %(id)s is missing.", id=expected))
    if seal.mac != seal_mac(key, previous, seal.id, seal.entries):
        raise _Fault(_("Seal %(id)s was altered.", id=seal.id))
    ids = [entry[0] for entry in seal.entries]
    if (seal.first_id, seal.last_id) != (ids[0], ids[-1]):
        raise _Fault(_("Seal %(id)s was altered.", id=seal.id))


def _check_rows(session: Session, key: bytes, seal: AuditSeal, *, after: int) -> None:
    """Compare what the seal lists with every row between the seal before it and its end."""
    rows = session.execute(
        select(*[getattr(AuditEntry, name) for name in FIELDS])
        .where(AuditEntry.id > after, AuditEntry.id <= seal.last_id)
        .order_by(AuditEntry.id)
    ).all()
    listed = dict(seal.entries)
    found = {row.id: row for row in rows}
    for entry_id in sorted(listed.keys() | found.keys()):
        row = found.get(entry_id)
        if row is None:
            raise _Fault(_("Row %(id)s was deleted.", id=entry_id))
        if entry_id not in listed:
            raise _Fault(_("Row %(id)s was slipped in.", id=entry_id))
        if row_mac(key, row) != listed[entry_id]:
            raise _Fault(_("Row %(id)s was altered.", id=entry_id))


def _check_anchor(heads: dict[int, str]) -> None:
    anchor = read_anchor()
    if anchor is not None and heads.get(anchor[0]) != anchor[1]:
        raise _Fault(_("The end is cut off: seal %(id)s is missing.", id=anchor[0]))
