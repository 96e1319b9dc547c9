"""Days of periods as instants on the site's clock."""

from datetime import UTC, date, datetime, time, timedelta

from core.access.windows import is_out_of_sight
from core.clock import site_zone
from core.errors import Refused
from core.i18n import gettext as _


def begin_of(day: date | None, *, field: str, later: int = 0) -> datetime | None:
    """Return when a day begins on the site's clock, or the one so many days later.

    Raises Refused naming the field for a day that lies too far off.
    """
    if day is None:
        return None
    if is_out_of_sight(day):
        words = _("Choose a day within a hundred years.")
        raise Refused(words, fields={field: [words]})
    start = datetime.combine(day, time(), site_zone()) + timedelta(days=later)
    return start.astimezone(UTC)
