"""Reading the audit trail: the history of one record, with the words that its page uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from core.addons.registry import registry
from core.audit.models import AuditEntry
from core.errors import NotFound
from core.i18n import gettext as _
from core.unit_of_work import current_session

MASKED = "•••"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one entry; `old` and `new` are JSON values."""

    field: str
    title: str
    old: Any
    new: Any


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
    session: Session, resource: str, record_id: int, *, limit: int = 50
) -> list[HistoryEntry]:
    """Return the newest acts on one record.

    The caller has loaded the record under its own right first; fields that the resource declares
    sensitive are masked, because the trail carries no right of its own.
    """
    rows = session.execute(
        select(AuditEntry)
        .where(AuditEntry.resource == resource, AuditEntry.record_id == record_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).scalars()
    titles = field_titles(resource)
    masked = sensitive_fields(resource)
    return [_entry(row, titles, masked) for row in rows]


def _entry(row: AuditEntry, titles: Mapping[str, str], masked: frozenset[str]) -> HistoryEntry:
    changes = [
        _change(field, value, titles, hidden=field in masked)
        for field, value in row.changes.items()
    ]
    return HistoryEntry(row.id, row.at, row.actor_label, row.action, changes, row.reason)


def _change(field: str, value: Any, titles: Mapping[str, str], *, hidden: bool) -> Change:
    pair = value if isinstance(value, list) and len(value) == 2 else [None, value]  # noqa: PLR2004
    old, new = (MASKED if hidden and item is not None else item for item in pair)
    return Change(field, titles.get(field, field), old, new)


def field_titles(resource: str) -> dict[str, str]:
    """Return the words for a resource's fields, from its columns' info["title"]."""
    model = _model(resource)
    if model is None:
        return {}
    titles = {}
    for attribute in inspect(model).column_attrs:
        title = getattr(attribute.columns[0], "info", {}).get("title")
        titles[attribute.key] = str(title) if title else attribute.key.replace("_", " ")
    return titles


def sensitive_fields(resource: str) -> frozenset[str]:
    """Return the fields of a resource that need a right of their own."""
    declared = registry().resources.get(resource)
    return frozenset(declared.sensitive) if declared else frozenset()


def _model(resource: str) -> type[Any] | None:
    declared = registry().resources.get(resource)
    return declared.model if declared else None


def entry_of(entry_id: int) -> tuple[AuditEntry, HistoryEntry]:
    """Return one entry as stored and as shown; raise NotFound. The route has asked core.audit."""
    row = current_session().get(AuditEntry, entry_id)
    if row is None:
        raise NotFound(_("There is no such entry."))
    return row, _entry(row, field_titles(row.resource), sensitive_fields(row.resource))
