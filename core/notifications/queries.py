"""What a reader is shown: every statement names the reader, every record is asked for again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select
from werkzeug.routing import BuildError

from core.access.guarded_session import GuardedSession
from core.access.records import visible
from core.access.resources import resource_of
from core.addons.models import Addon, State
from core.addons.registry import registry
from core.contributions import Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.notifications.models import Notification

MOST_COUNTED = 100
KINDS = {
    "core.mention": _l("Mention"),
    "core.consent": _l("Joint confirmation"),
    "core.remark": _l("Remark"),
    "core.change": _l("Change"),
    "core.import": _l("Import"),
    "core.export": _l("Export"),
    "core.job": _l("Failed job"),
    "core.second_factor": _l("Second factor"),
    "core.work_calendar": _l("Work calendar"),
}
QUOTES = ("core.mention", "core.remark")  # quote remarks, which take a right of their own


@dataclass(frozen=True, slots=True)
class Shown:
    """One notification as its reader may see it now; `address` is None when it leads nowhere."""

    id: int
    at: datetime
    kind: str
    title: str
    detail: str
    record: str
    address: str | None
    is_read: bool
    is_hidden: bool = False

    @property
    def words(self) -> str:
        """All of it in one line."""
        return " · ".join(part for part in (self.title, self.record, self.detail) if part)


def kinds() -> Mapping[str, Any]:
    """Return the words for every kind: the core's, and the event types of all that is loaded."""
    return KINDS | {one.key: one.title for one in registry().every("event_types")}


def is_shown() -> ColumnElement[bool]:
    """Leave out what belongs to add-ons that are off; it is kept, and comes back with them."""
    on = select(Addon.name).where(Addon.state == State.ENABLED)
    return or_(Notification.addon == "core", Notification.addon.in_(on))


def shown_to(user_id: Any, *columns: Any) -> Select[Any]:
    """Select columns of a reader's notifications."""
    return select(*columns).where(Notification.user_id == user_id, is_shown())


def unread_count(user_id: Any) -> ScalarSelect[int]:
    """Return how many a reader has not read, counted up to a bound, as a part of a statement."""
    unread = shown_to(user_id, Notification.id).where(Notification.read_at.is_(None))
    few = unread.limit(MOST_COUNTED).correlate_except(Notification, Addon).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def own(session: GuardedSession, user_id: int, ids: Collection[int]) -> Sequence[Notification]:
    """Return these of a reader's notifications."""
    chosen = shown_to(user_id, Notification).where(Notification.id.in_(ids))
    return session.scalars(chosen).all()


def newest(
    session: GuardedSession,
    user_id: int,
    *,
    unread: bool = False,
    before: tuple[datetime, int] | None = None,
    limit: int,
) -> list[Shown]:
    """Return a reader's newest notifications, those behind a place if one is given."""
    statement = shown_to(user_id, Notification)
    if unread:
        statement = statement.where(Notification.read_at.is_(None))
    if before is not None:
        at, number = before
        older = (Notification.at == at) & (Notification.id < number)
        statement = statement.where((Notification.at < at) | older)
    order = (Notification.at.desc(), Notification.id.desc())
    return shown(session, session.scalars(statement.order_by(*order).limit(limit)).all())


def own_one(session: GuardedSession, user_id: int, notification_id: int) -> Shown:
    """Return one of a reader's notifications; raise NotFound for anybody else's."""
    found = shown(session, own(session, user_id, [notification_id]))
    if not found:
        raise NotFound(_("There is no such notification."))
    return found[0]


def shown(
    session: GuardedSession, rows: Iterable[Notification], *, links: bool = True
) -> list[Shown]:
    """Put notifications into words with the rights of this moment: a statement a kind of record.

    Without `links` it needs no request.
    """
    rows = list(rows)
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.resource is not None and row.record_id is not None:
            wanted.setdefault(row.resource, set()).add(row.record_id)
    seen = {key: visible(session, key, ids) for key, ids in wanted.items()}
    words, reads = kinds(), session.access.may("core.remark", Verb.QUERY)
    return [
        _shown(
            row,
            seen,
            str(words.get(row.kind, row.kind)),
            row.detail if reads or row.kind not in QUOTES else "",
            links=links,
        )
        for row in rows
    ]


def _shown(
    row: Notification,
    seen: Mapping[str, Mapping[int, Any]],
    kind: str,
    detail: str,
    *,
    links: bool,
) -> Shown:
    record, address, read = "", None, row.read_at is not None
    if row.resource is not None:
        found = seen.get(row.resource, {}).get(row.record_id or 0)
        resource = resource_of(row.resource)
        if found is None or resource is None:
            hidden = _("About a record that you may no longer see.")
            return Shown(row.id, row.at, kind, hidden, "", "", None, read, is_hidden=True)
        record = resource.label(found) if resource.label is not None else str(resource.title)
        if links:
            address = _address(resource.endpoint, {"record_id": row.record_id}, row.anchor)
    elif links:
        address = _address(row.endpoint, row.arguments, row.anchor)
    title = row.title
    if row.count > 1:
        title = ngettext(
            "%(title)s (%(num)s piece of news)",
            "%(title)s (%(num)s pieces of news)",
            row.count,
            title=title,
        )
    return Shown(row.id, row.at, kind, title, detail, record, address, read)


def _address(endpoint: str | None, arguments: Mapping[str, Any], anchor: str) -> str | None:
    if not endpoint or endpoint not in current_app.view_functions:
        return None
    try:
        return url_for(endpoint, _anchor=anchor or None, **arguments)
    except BuildError:  # stored by another version of the add-on
        return None
