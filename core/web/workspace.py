"""The start page: figures, panels and acts of every package by role, and the reader's shortcuts.

Shortcuts are pinned entries of the menu, its first ones before any choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_date
from flask_login import current_user
from markupsafe import Markup

from core.access.guarded_session import GuardedSession
from core.accounts.models import User
from core.actor import current_actor
from core.clock import now, site_zone, today
from core.i18n import current_locale
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import Form, MultiField
from core.web.navigation import Entry, shell
from core.web.slots import allowed_slots, render_slot

ACTS, NUMBERS, MAIN, SIDE = (f"workspace.{one}" for one in ("acts", "numbers", "main", "side"))
NOON, EVENING = 12, 18
START = "web.workspace"
DEFAULT = 6
MOST = 24


@dataclass(frozen=True, slots=True)
class Page:
    """The fragments of each place that have something to say to this reader."""

    acts: list[Markup]
    numbers: list[Markup]
    main: list[Markup]
    side: list[Markup]

    @property
    def has_charts(self) -> bool:
        """Tell whether the page needs the scripts of charts."""
        return any("data-chart=" in body for body in (*self.main, *self.side))


def page() -> Page:
    """Render every place under the reader's rights; an empty fragment leaves no trace."""
    return Page(*(_fragments(place) for place in (ACTS, NUMBERS, MAIN, SIDE)))


def _fragments(place: str) -> list[Markup]:
    bodies = (render_slot(slot, None) for slot in allowed_slots(place))
    return [body for body in bodies if body.strip()]


def greeting() -> str:
    """Return a greeting by the site's hour."""
    name = current_actor().label
    hour = now().astimezone(site_zone()).hour
    if hour < NOON:
        return _("Good morning, %(name)s", name=name)
    if hour < EVENING:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def date_line() -> str:
    """Return today's date with the day of the week: 11月24日 星期二, Tuesday, 24 November."""
    chinese = current_locale() != "en"
    pattern = "M月d日 EEEE" if chinese else "EEEE, d MMMM"
    return str(format_date(today(), pattern, locale=current_locale()))


def offered() -> list[Entry]:
    """Return every entry of the reader's menu but the start page, sub-pages behind their page."""
    tops = [entry for section in shell().sections for entry in section.entries]
    every = [one for top in tops for one in (top, *top.children)]
    return [entry for entry in every if entry.endpoint != START]


def shortcuts() -> list[Entry]:
    """Return what the reader pinned and may still open; before any choice, the menu's first."""
    pins = getattr(current_user, "pins", None)
    if pins is None:
        tops = {entry.endpoint for section in shell().sections for entry in section.entries}
        first = [entry for entry in offered() if entry.endpoint in tops]
        return (first if len(first) >= DEFAULT else offered())[:DEFAULT]
    return [entry for entry in offered() if entry.endpoint in pins]


def store_shortcuts(session: GuardedSession, endpoints: Sequence[str]) -> None:
    """Keep the reader's choice with the account; an empty one shows no shortcuts."""
    session.get_one(User, current_actor().user_id).pins = list(endpoints)[:MOST]


class ShortcutsForm(Form):
    """Which entries of the menu are pinned."""

    pins = MultiField(
        _l("Pages of the menu"),
        choices=lambda: [(entry.endpoint, entry.title) for entry in offered()],
        span=4,
    )
