"""Checking that the audit trail is whole."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit.models import AuditEntry, AuditSeal
from core.audit.sealing import FIELDS, LOWEST, START, read_anchor, row_mac, seal_key, seal_mac
from core.audit.services import record
from core.contributions import JobDef, Step
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how much is sealed, how much waits, and the first thing that is wrong."""

    sealed: int
    waiting: int
    fault: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """How far a check has got: the last seal that agreed, and how many rows are sealed up to it."""

    seal: int = 0
    last_id: int = LOWEST
    mac: str = START
    sealed: int = 0


class _Fault(Exception):  # noqa: N818 - carries the first fault out of nested loops
    pass


def verify(session: Session) -> Verdict:
    """Recompute every seal and every sealed row; stop at the first one that does not agree."""
    place = Place()
    try:
        for reached in check_on(session, place):
            place = reached
    except _Fault as fault:
        return Verdict(place.sealed, 0, str(fault))
    waiting = session.execute(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.id > place.last_id)
    ).scalar_one()
    return Verdict(place.sealed, waiting, None)


def check_on(session: Session, place: Place) -> Iterator[Place]:
    """Check seal by seal from a place on and yield the place after each, at the end the anchor."""
    key = seal_key()
    for seal in _seals(session, place.seal):
        _check_seal(key, seal, previous=place.mac, expected=place.seal + 1)
        _check_rows(session, key, seal, after=place.last_id)
        place = Place(seal.id, seal.last_id, seal.mac, place.sealed + len(seal.entries))
        yield place
    _check_anchor(session)


def verify_step(run: JobRun) -> Step:
    """Check for as long as a step may; at the end, or at the first fault, note what was found."""
    place, fault = Place(**run.cursor), None
    try:
        for reached in check_on(run.session, place):
            place = reached
            if run.time_is_up():
                return Step(cursor=asdict(place))
    except _Fault as found:
        fault = str(found)
    note_verdict(run.session, place.sealed, fault)
    if fault is not None:
        return Step(done=True, note=fault)
    return Step(done=True, note=_("%(rows)s rows are sealed and whole.", rows=place.sealed))


def note_verdict(session: Session, sealed: int, fault: str | None) -> None:
    """Keep in the trail what a check found; the health page tells it."""
    found = {"sealed": sealed, "fault": fault}
    record(session, "verify", "core.audit", None, changes=found)


VERIFY = JobDef(
    kind="audit.verify",
    title=_l("Check the audit trail"),
    step=verify_step,
    every=timedelta(days=30),
)


def _seals(session: Session, after: int) -> Iterator[AuditSeal]:
    after = after or -(2**31)
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


def _check_anchor(session: Session) -> None:
    anchor = read_anchor()
    if anchor is None:
        return
    mac = session.execute(select(AuditSeal.mac).where(AuditSeal.id == anchor[0])).scalar()
    if mac != anchor[1]:
        raise _Fault(_("The end is cut off: seal %(id)s is missing.", id=anchor[0]))
