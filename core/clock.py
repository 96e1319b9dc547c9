"""The only source of the current time, so that tests can set it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_source: ContextVar[Callable[[], datetime] | None] = ContextVar("clock", default=None)
_zone: list[ZoneInfo] = [ZoneInfo("Asia/Shanghai")]


def now() -> datetime:
    """Return the present instant as an aware UTC datetime."""
    source = _source.get()
    return source() if source else datetime.now(UTC)


def today() -> date:
    """Return the business date of the present instant in the site's zone."""
    return now().astimezone(site_zone()).date()


def site_zone() -> ZoneInfo:
    """Return the zone in which business dates, windows and weekly hours are read."""
    return _zone[0]


def set_site_zone(name: str) -> None:
    """Make `name` (an IANA zone) the site's zone; called once at start-up."""
    _zone[0] = ZoneInfo(name)


def period_of(day: date) -> int:
    """Return the period YYYYMM to which a business date belongs."""
    return day.year * 100 + day.month


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` (aware) for the block; for tests and "as of" questions."""
    if instant.tzinfo is None:
        raise ValueError("frozen() needs an aware datetime")
    token = _source.set(lambda: instant.astimezone(UTC))
    try:
        yield
    finally:
        _source.reset(token)
