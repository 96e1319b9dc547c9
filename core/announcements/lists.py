"""The administrator's list of announcements."""

from typing import Any

from sqlalchemy import Select, String, case, cast, select

from core.announcements.forms import TONE_TITLES
from core.announcements.models import ANNOUNCEMENT, Announcement
from core.clock import now
from core.contributions import Verb
from core.i18n import lazy_gettext as _l
from core.web.lists import BulkAction, Column, Facet, ListSpec

STATES = {"coming": _l("coming"), "shown": _l("shown now"), "over": _l("over")}


def _source() -> Select[Any]:
    return select().select_from(Announcement)


def _state() -> Any:
    instant = now()
    return case(
        (Announcement.ends_at <= instant, "over"),
        (Announcement.starts_at > instant, "coming"),
        else_="shown",
    )


ANNOUNCEMENTS = ListSpec(
    key=ANNOUNCEMENT,
    resource=ANNOUNCEMENT,
    title=_l("Announcements"),
    endpoint="announcements.index",
    record_endpoint="announcements.edit",
    id=Announcement.id,
    source=_source,
    columns=(
        Column("text", _l("Text"), Announcement.text, kind="name", sortable=False, phone="p1"),
        Column(
            "state",
            _l("State"),
            _state,
            kind="tag",
            labels=STATES,
            tones={"shown": "ok", "coming": "info"},
            sortable=False,
            phone="p2",
        ),
        Column("tone", _l("Tone"), Announcement.tone, labels=TONE_TITLES, sortable=False),
        Column("starts", _l("Shown from"), Announcement.starts_at, kind="instant", phone="p3"),
        Column("ends", _l("Shown until"), Announcement.ends_at, kind="instant", phone="p4"),
        Column("login", _l("On the sign-in page"), Announcement.on_login, kind="bool"),
    ),
    facets=(
        Facet("tone", _l("Tone"), Announcement.tone, choices=TONE_TITLES),
        Facet("starts", _l("Shown from"), Announcement.starts_at, kind="dates"),
    ),
    search=(cast(Announcement.text, String),),
    search_hint=_l("Text"),
    sort="-starts",
    bulk=(
        BulkAction(
            "withdraw", _l("Withdraw"), "announcements.withdraw", icon="x", action=Verb.DELETE
        ),
    ),
    empty_title=_l("Nothing is announced"),
    empty_text=_l("Tell everybody about maintenance before it begins. It shows above every page."),
)
