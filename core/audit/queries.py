"""Reading the audit trail: the history of one record, with the words that its page uses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.access.guarded_session import GuardedSession
from core.audit.field_words import FieldWords
from core.audit.models import AuditEntry
from core.audit.words import system_words
from core.contributions import Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import join_words
from core.unit_of_work import current_session

MASKED = "•••"
MOST_FIELDS = 3
DEVICE = ("core.user", "session")  # a hash, kept to tell devices apart: nobody can read it


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one entry; `old` and `new` are JSON values, `before` and `after` their words."""

    field: str
    title: str
    old: Any
    new: Any
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One act on the record, newest first on its page."""

    id: int
    at: datetime
    actor: str
    action: str
    changes: Sequence[Change]
    reason: str


def history(
    session: GuardedSession, resource: str, record_id: int, *, limit: int = 50, before: int = 0
) -> list[HistoryEntry]:
    """Return the newest acts on one record; those earlier than the act `before`, if given.

    The caller has loaded the record under its own right first; sensitive fields that the actor
    may not see are masked. What stands before the
    record was created belongs to another one that had the number once: SQLite gives the last
    number of a table again, and so does every database after a purge and a fresh install.
    """
    here = (AuditEntry.resource == resource, AuditEntry.record_id == record_id)
    born = select(func.max(AuditEntry.id)).where(*here, AuditEntry.action == Verb.CREATE)
    rows = session.scalars(
        select(AuditEntry)
        .where(*here, AuditEntry.id >= func.coalesce(born.scalar_subquery(), 0))
        .where(*([AuditEntry.id < before] if before else ()))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()
    return readable(session, resource, rows)


def _actor_words(row: AuditEntry) -> str:
    if row.for_label:
        return _("%(name)s (for %(other)s)", name=row.actor_label, other=row.for_label)
    if row.actor_kind != "system":
        return row.actor_label
    return _("The system (%(name)s)", name=system_words(row.actor_label))


def readable(
    session: GuardedSession, resource: str, rows: Sequence[AuditEntry]
) -> list[HistoryEntry]:
    """Return entries about records of one kind in the reader's words, masked as records are."""
    words, masked = FieldWords(session, resource), session.access.hidden_fields(resource)
    words.learn(
        (field, value)
        for row in rows
        for field, pair in row.changes.items()
        if field not in masked
        for value in _pair(pair)
    )
    return [
        HistoryEntry(
            row.id,
            row.at,
            _actor_words(row),
            row.action,
            [
                change
                for name, change in _changes(words, row.changes, masked)
                if (resource, name) != DEVICE
            ],
            system_words(row.reason) if row.reason else "",
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Act:
    """One act in short: who did what to which record, and the words for the fields."""

    record_id: int
    at: datetime
    actor: str
    action: str
    fields: str


def latest_acts(session: GuardedSession, resource: str, record_ids: Sequence[int]) -> list[Act]:
    """Return the newest act on each record, the newest first; no values, so nothing is masked.

    The caller has chosen the records under the reader's own right.
    """
    if not record_ids:
        return []
    newest = (
        select(func.max(AuditEntry.id))
        .where(AuditEntry.resource == resource, AuditEntry.record_id.in_(record_ids))
        .group_by(AuditEntry.record_id)
    )
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.id.in_(newest)).order_by(AuditEntry.id.desc())
    )
    words = FieldWords(session, resource)
    return [
        Act(row.record_id or 0, row.at, _actor_words(row), row.action, _field_words(words, row))
        for row in rows
    ]


def _field_words(words: FieldWords, row: AuditEntry) -> str:
    if row.action != Verb.UPDATE:
        return ""
    named = [words.title(field) for field in row.changes]
    return join_words(named[:MOST_FIELDS]) + ("…" if len(named) > MOST_FIELDS else "")


def _pair(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) and len(value) == 2 else [None, value]  # noqa: PLR2004


def _changes(
    words: FieldWords, changes: Mapping[str, Any], masked: frozenset[str]
) -> Iterator[tuple[str, Change]]:
    shown = {name: _pair(value) for name, value in changes.items()}
    for name in shown.keys() & masked:
        shown[name] = [None if one is None else MASKED for one in shown[name]]
    before, after = ({name: pair[side] for name, pair in shown.items()} for side in (0, 1))
    for name, (old, new) in shown.items():
        said = words.words(name, old, before), words.words(name, new, after)
        yield name, Change(name, words.title(name), old, new, *said)


def entry_of(entry_id: int) -> tuple[AuditEntry, HistoryEntry]:
    """Return one entry as stored and as shown; raise NotFound. The route has asked core.audit."""
    row = current_session().get(AuditEntry, entry_id)
    if row is None:
        raise NotFound(_("There is no such entry."))
    return row, readable(current_session(), row.resource, [row])[0]
