"""The start page: figures, panels and acts that every package gives by role, in named places."""

from dataclasses import dataclass

from babel.dates import format_date
from markupsafe import Markup

from core.actor import current_actor
from core.clock import now, site_zone, today
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.slots import allowed_slots, render_slot

ACTS, NUMBERS, MAIN, SIDE = (f"workspace.{one}" for one in ("acts", "numbers", "main", "side"))
NOON, EVENING = 12, 18


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
