"""Pages about announcements: the list, the form, and the button that closes one."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import String, case, cast, select

from core.access.decorators import needs, signed_in
from core.announcements import services
from core.announcements.models import ANNOUNCEMENT, Announcement
from core.announcements.services import LONGEST
from core.announcements.showing import COOKIE, closing
from core.clock import now, site_zone
from core.contributions import Verb
from core.i18n import format_datetime, ngettext
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session
from core.web.addresses import local_path
from core.web.answering import answer, press
from core.web.fields import ReadField
from core.web.forms import CheckField, Form, NameField, SelectField, parse_date
from core.web.lists import BulkAction, Column, Facet, ListSpec, render_list

KEPT_SECONDS = 30 * 24 * 3600

blueprint = Blueprint("announcements", __name__, template_folder="templates")
STATES = {"coming": _l("coming"), "shown": _l("shown now"), "over": _l("over")}
TIME = re.compile(r"(.+?)[ T]+(\d{1,2})[:：](\d{2})")
TONE_TITLES = {"info": _l("For information"), "warn": _l("Calls for attention")}


class InstantField(ReadField):
    """A day and a time of day in the site's zone, as 2026-01-31 22:00."""

    kind = "date"

    def write(self, value: datetime) -> str:
        """Return the instant as this field takes it."""
        return format_datetime(value)

    def read(self, text: str) -> datetime | None:
        """Return the instant; raise ValueError with an example of what is understood."""
        if not text.strip():
            return None
        found = TIME.fullmatch(text.strip())
        day = parse_date(found[1]) if found else None
        if found is None or day is None:
            raise ValueError(_("Please write day and time as 2026-01-31 22:00."))
        try:
            hour = time(int(found[2]), int(found[3]))
            instant = datetime.combine(day, hour, site_zone())
            instant.astimezone(UTC)  # the first days of all cannot be reckoned with
        except (ValueError, OverflowError):
            raise ValueError(_("Please write day and time as 2026-01-31 22:00.")) from None
        return instant


class AnnouncementForm(Form):
    """What is announced, how loudly, from when until when, and to whom."""

    text = NameField(_l("Text"), required=True, limit=LONGEST, span=4, rows=3)
    tone = SelectField(
        _l("Tone"), choices=lambda: [(k, str(v)) for k, v in TONE_TITLES.items()], required=True
    )
    starts_at = InstantField(_l("Shown from"), required=True, hint=_l("yyyy-MM-dd HH:mm"))
    ends_at = InstantField(
        _l("Shown until"), required=True, hint=_l("At this minute it is not shown any more.")
    )
    on_login = CheckField(
        _l("Show it on the sign-in page too"),
        span=4,
        hint=_l("Then people without an account can read it as well."),
    )


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
    source=lambda: select().select_from(Announcement),
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


@blueprint.get("/admin/announcements")
@needs(ANNOUNCEMENT, Verb.QUERY)
def index() -> ResponseReturnValue:
    """List announcements."""
    return render_list(ANNOUNCEMENTS, create="announcements.create")


@blueprint.route("/admin/announcements/new", methods=["GET", "POST"])
@needs(ANNOUNCEMENT, Verb.CREATE)
def create() -> ResponseReturnValue:
    """Publish an announcement."""
    hour = now().replace(minute=0, second=0, microsecond=0)
    form = AnnouncementForm(tone="info", starts_at=hour, ends_at=hour + timedelta(days=1))
    return answer(
        form,
        lambda session: services.publish(session, **form.values()),
        url_for("announcements.index"),
        title=_("New announcement"),
    )


@blueprint.route("/admin/announcements/<int:record_id>", methods=["GET", "POST"])
@needs(ANNOUNCEMENT, Verb.UPDATE)
def edit(record_id: int) -> ResponseReturnValue:
    """Change an announcement."""
    form = AnnouncementForm.for_record(services.load(current_session(), record_id))
    return answer(
        form,
        lambda session: services.change(session, record_id, **form.changes()),
        url_for("announcements.index"),
        title=_("Edit announcement"),
    )


@blueprint.post("/admin/announcements/withdraw")
@needs(ANNOUNCEMENT, Verb.DELETE)
def withdraw() -> ResponseReturnValue:
    """Remove the chosen announcements."""
    ids = list(current_session().scalars(ANNOUNCEMENTS.selection(request.form).limit(1000)))
    return press(
        lambda session: services.withdraw(session, ids),
        url_for("announcements.index"),
        said=lambda gone: ngettext(
            "%(num)s announcement withdrawn.", "%(num)s announcements withdrawn.", gone
        ),
    )


@blueprint.post("/announcements/<int:record_id>/close")
@signed_in
def close(record_id: int) -> ResponseReturnValue:
    """Hide an announcement from this person in this browser, until it is changed."""
    response = redirect(local_path(request.form.get("next")), 303)
    response.set_cookie(
        COOKIE,
        closing(record_id),
        max_age=KEPT_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
    )
    return response
