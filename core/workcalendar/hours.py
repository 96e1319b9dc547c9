"""Working hours as people write them: 08:30-12:00, 13:30-17:30."""

import re
from collections.abc import Sequence
from datetime import time, timedelta

from core.i18n import gettext as _

Span = tuple[timedelta, timedelta]  # from and until, since midnight on the clock
SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至]\s*(\d{1,2})[:：](\d{2})")
BETWEEN = re.compile(r"\s*[,，;；、]\s*|\s+")
MOST = 6
DAY = timedelta(days=1)


def read_hours(text: str) -> tuple[Span, ...]:
    """Return the spans of a day; raise ValueError in the reader's words for what is none.

    Spans follow each other and end by 24:00; nobody's working day reaches over midnight here.
    """
    tidy = SPAN.sub(lambda m: f"{m[1]}:{m[2]}-{m[3]}:{m[4]}", text.strip())
    spans = tuple(_span(part) for part in BETWEEN.split(tidy) if part)
    if not spans or len(spans) > MOST:
        raise ValueError(_example())
    previous = timedelta(0)
    for begin, end in spans:
        if begin < previous or end <= begin:
            raise ValueError(_("Each span must end after it begins and follow the one before."))
        previous = end
    return spans


def write_hours(spans: Sequence[Span]) -> str:
    """Return spans as they are kept: 08:30-12:00, 13:30-17:30."""
    return ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in spans)


def _span(part: str) -> Span:
    found = SPAN.fullmatch(part)
    if found is None:
        raise ValueError(_example())
    return _instant(found[1], found[2]), _instant(found[3], found[4])


def _instant(hour: str, minute: str) -> timedelta:
    if (int(hour), int(minute)) == (24, 0):
        return DAY
    try:
        found = time(int(hour), int(minute))
    except ValueError:
        raise ValueError(_example()) from None
    return timedelta(hours=found.hour, minutes=found.minute)


def _clock(since: timedelta) -> str:
    minutes = int(since.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _example() -> str:
    return _("Please write working hours as 08:30-12:00, 13:30-17:30.")
