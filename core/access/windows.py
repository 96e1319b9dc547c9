"""When a term is in force: half-open instants and weekly hours, read in the site's zone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.clock import site_zone, today

MINUTES_A_DAY = 24 * 60
DAYS = 7
FAR = datetime(9999, 12, 31, tzinfo=UTC)
FARTHEST = timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Half-open spans of minutes since midnight, by day of the week (0 = Monday)."""

    spans: tuple[tuple[int, int, int], ...]  # (day, from minute, to minute)

    @classmethod
    def parse(cls, stored: Mapping[str, Sequence[Sequence[str]]]) -> "WeeklyHours":
        """Read {"0": [["08:30", "17:30"]], …}; raise ValueError for anything else."""
        spans = []
        for day, hours in stored.items():
            for start, end in hours:
                first, last = _minutes(start), _minutes(end)
                if not (0 <= int(day) < DAYS and 0 <= first < last <= MINUTES_A_DAY):
                    raise ValueError(f"{start}-{end} on day {day} is not a span of weekly hours")
                spans.append((int(day), first, last))
        return cls(tuple(sorted(spans)))

    def contain(self, instant: datetime) -> bool:
        """Tell whether the instant lies in a span, by the site's wall clock."""
        local = instant.astimezone(site_zone())
        minute = local.hour * 60 + local.minute
        return any(
            day == local.weekday() and start <= minute < end for day, start, end in self.spans
        )

    def edges_after(self, instant: datetime) -> Iterable[datetime]:
        """Yield each instant of the coming eight days at which a span begins or ends."""
        zone = site_zone()
        local = instant.astimezone(zone)
        for ahead in range(DAYS + 2):
            day = local.date() + timedelta(days=ahead)
            for weekday, start, end in self.spans:
                if weekday != day.weekday():
                    continue
                for minute in (start, end):
                    later = day + timedelta(days=minute // MINUTES_A_DAY)
                    clock = time((minute % MINUTES_A_DAY) // 60, minute % 60)
                    edge = datetime.combine(later, clock, zone).astimezone(UTC)
                    if edge > instant:
                        yield edge


def is_out_of_sight(day: date) -> bool:
    """Tell whether a day lies so far off that no period can sensibly begin or end with it."""
    return abs(day - today()) > FARTHEST


@dataclass(frozen=True, slots=True)
class Window:
    """The period and the hours of one term; the end is not part of it."""

    start: datetime | None = None
    end: datetime | None = None
    weekly: WeeklyHours | None = None

    @classmethod
    def of(cls, said: Any) -> "Window":
        """Read `valid_from`, `valid_to` and `weekly_hours` of whatever has them."""
        weekly = None if said.weekly_hours is None else WeeklyHours.parse(said.weekly_hours)
        return cls(said.valid_from, said.valid_to, weekly)

    def contains(self, instant: datetime) -> bool:
        """Tell whether a term with this window is in force."""
        return (
            (self.start is None or self.start <= instant)
            and (self.end is None or instant < self.end)
            and (self.weekly is None or self.weekly.contain(instant))
        )

    def runs(self, instant: datetime) -> bool:
        """Tell whether the instant lies in the period, whatever the hours say."""
        return Window(self.start, self.end).contains(instant)

    def next_edge(self, instant: datetime) -> datetime:
        """Return the next instant at which the answer may change."""
        edges = [edge for edge in (self.start, self.end) if edge is not None and edge > instant]
        if self.weekly is not None:
            edges.extend(self.weekly.edges_after(instant))
        return min(edges, default=FAR)

    def first_moment(self, instant: datetime) -> datetime | None:
        """Return when it is in force first, from `instant` on; None when never again."""
        while not self.contains(instant):
            instant = self.next_edge(instant)
            if instant == FAR or (self.end is not None and instant >= self.end):
                return None
        return instant


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes or "0")
