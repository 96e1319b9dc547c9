"""Which announcements a page shows: cached by the settings version that every request carries."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app, g, render_template, request
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.actor import current_actor
from core.announcements.models import Announcement
from core.clock import now
from core.i18n import localized
from core.settings.kept import kept
from core.unit_of_work import current_unit

CACHE = "sunmao_announcements"
COOKIE = "closed-announcements"
KNOWN = re.compile(r"(\d{1,10}):((?:\d{1,10}\.\d{1,10}-?){0,20})")
MOST = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One announcement as a process keeps it; `mark` changes with every edit."""

    id: int
    mark: str
    text: dict[str, str]
    tone: str
    starts_at: datetime
    ends_at: datetime
    on_login: bool

    @property
    def words(self) -> str:
        """The text in the reader's language."""
        return localized(self.text)


def showing() -> list[Shown]:
    """Return what is announced to this reader now, without what the reader has closed."""
    instant, reader = now(), current_actor()
    closed = closed_marks()
    return [
        one
        for one in _kept()
        if one.starts_at <= instant < one.ends_at
        and (reader.is_signed_in or one.on_login)
        and one.mark not in closed
    ]


def closed_marks() -> frozenset[str]:
    """Return what this person has closed in this browser; another person's list counts nothing."""
    found = KNOWN.fullmatch(request.cookies.get(COOKIE, ""))
    if found is None or found[1] != str(current_actor().user_id):
        return frozenset()
    return frozenset(filter(None, found[2].split("-")))


def closing(record_id: int) -> str:
    """Return the cookie's value once one more announcement is closed; those gone are forgotten."""
    closed = closed_marks()
    marks = [one.mark for one in _kept() if one.id == record_id or one.mark in closed]
    return f"{current_actor().user_id}:{'-'.join(marks[-MOST:])}"


def _kept() -> tuple[Shown, ...]:
    """Return all that is not over; one statement for each settings version and process."""
    if g.get("epoch") is None:
        return ()
    try:
        return kept(CACHE, _read)
    except SQLAlchemyError:  # the page of an error must not fail for the bar above it
        current_app.logger.warning("announcements could not be read", exc_info=True)
        return ()


def _read() -> tuple[Shown, ...]:
    rows = current_unit().session.execute(
        select(
            Announcement.id,
            Announcement.row_version,
            Announcement.text,
            Announcement.tone,
            Announcement.starts_at,
            Announcement.ends_at,
            Announcement.on_login,
        )
        .where(Announcement.ends_at > now())
        .order_by(Announcement.starts_at, Announcement.id)  # planned ones push none of these out
        .limit(MOST)
    )
    return tuple(Shown(row[0], f"{row[0]}.{row[1]}", *row[2:]) for row in rows)


def announcement_bar() -> Markup:
    """Return the bar, or nothing; costs nothing where nothing is announced."""
    shown = showing()
    if not shown:
        return Markup()
    page = render_template(
        "announcements/bar.html", shown=shown, closable=current_actor().is_signed_in
    )
    return Markup(page)  # noqa: S704 - an escaped template


def configure_announcements(app: Flask) -> None:
    """Give the frames of pages their bar."""
    app.jinja_env.globals["announcement_bar"] = announcement_bar
