"""The reader's list of notifications."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case

from core.actor import current_actor
from core.i18n import lazy_gettext as _l
from core.notifications.models import Notification
from core.notifications.queries import Shown, kinds, own, shown, shown_to
from core.unit_of_work import current_session
from core.web.lists import BulkAction, Column, Facet, ListSpec, Lookup, Tab

UNREAD, READ = "unread", "read"
STATES = {UNREAD: _l("Unread"), READ: _l("Read")}


def reader_id() -> int:
    """Return the account that reads; 0, which has none, for anybody without one."""
    return current_actor().user_id or 0


def _source() -> Select[Any]:
    return shown_to(reader_id())


def _state() -> ColumnElement[str]:
    return case((Notification.read_at.is_(None), UNREAD), else_=READ)


def _page(ids: Collection[str]) -> Mapping[str, Shown]:
    """Return what is shown of these, asked for once a page."""
    session = current_session()
    kept: dict[str, Shown] = session.info.setdefault("notifications.page", {})
    missing = [int(one) for one in ids if one not in kept]
    if missing:
        kept |= {str(one.id): one for one in shown(session, own(session, reader_id(), missing))}
    return {one: kept[one] for one in ids if one in kept}


def _words(part: str) -> Lookup:
    """Return what puts a notification's number into one of its words, a dash for none."""
    return Lookup(
        list, lambda ids: {key: getattr(one, part) or "–" for key, one in _page(ids).items()}
    )


NOTIFICATIONS = ListSpec(
    key="core.notification",
    resource="",
    title=_l("Notifications"),
    endpoint="notifications.index",
    record_endpoint="notifications.show",
    id=Notification.id,
    source=_source,
    columns=(
        Column(
            "title",
            _l("What happened"),
            Notification.id,
            labels=_words("title"),
            sortable=False,
            phone="p1",
        ),
        Column(
            "record",
            _l("Record"),
            Notification.id,
            labels=_words("record"),
            sortable=False,
            phone="p3",
        ),
        Column(
            "detail",
            _l("Details"),
            Notification.id,
            labels=_words("detail"),
            sortable=False,
        ),
        Column("kind", _l("Kind"), Notification.kind, labels=kinds, sortable=False),
        Column(
            "state",
            _l("State"),
            _state,
            kind="tag",
            labels=STATES,
            tones={UNREAD: "info"},
            sortable=False,
            phone="p2",
        ),
        Column("at", _l("When"), Notification.at, kind="instant", phone="p4"),
    ),
    facets=(
        Facet("state", _l("State"), _state, choices=STATES),
        Facet("kind", _l("Kind"), Notification.kind, choices=kinds),
    ),
    sort="-at",
    tabs=(Tab(UNREAD, _l("Unread"), lambda: {"state": UNREAD}),),
    bulk=(BulkAction("read", _l("Mark as read"), "notifications.read", icon="check"),),
    empty_title=_l("No notifications yet"),
    empty_text=_l("What colleagues write to you, and what your jobs bring, stands here."),
)
