"""Counting in working days and working time; nothing here asks a database or a package."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.errors import Refused
from core.i18n import format_date
from core.i18n import gettext as _
from core.workcalendar.hours import Span

ONE = timedelta(days=1)
NOTHING = timedelta(0)
LONGEST_REST = 400  # days without work after which the calendar, not the question, is wrong
MOST_DAYS = 10_000


@dataclass(frozen=True, slots=True)
class Special:
    """What is known of one day beside the week: `hours` are None where those of the week hold."""

    record_id: int
    working: bool
    name: Mapping[str, str]
    hours: tuple[Span, ...] | None
    source: str


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The week (0 is Monday), its hours, and the days that differ; in the site's zone.

    Hours of the clock become instants day by day, so a day on which the clock is moved is as long
    as it really is.
    """

    week: frozenset[int]
    hours: tuple[Span, ...]
    days: Mapping[date, Special]
    confirmed: frozenset[int]
    zone: ZoneInfo

    def is_working(self, day: date) -> bool:
        """Tell whether a day is worked."""
        special = self.days.get(day)
        return special.working if special else day.weekday() in self.week

    def next_working(self, day: date) -> date:
        """Return the day itself if it is worked, else the next one that is."""
        return day if self.is_working(day) else next(self._worked(day, ONE))

    def last_working(self, day: date) -> date:
        """Return the day itself if it is worked, else the last one before it."""
        return day if self.is_working(day) else next(self._worked(day, -ONE))

    def add_days(self, day: date, count: int) -> date:
        """Return the working day that is `count` after a day, or before it where negative.

        Zero gives the day itself, worked or not. Raises Refused beyond 10,000 days, and where no
        day is worked for over a year.
        """
        if abs(count) > MOST_DAYS:
            raise Refused(_("So many working days cannot be counted."))
        found, worked = day, self._worked(day, ONE if count > 0 else -ONE)
        for _step in range(abs(count)):
            found = next(worked)
        return found

    def days_between(self, since: date, until: date) -> int:
        """Return how many days of [since, until) are worked; negative when they run backwards."""
        if until < since:
            return -self.days_between(until, since)
        return sum(
            self.is_working(since + timedelta(days=number))
            for number in range((until - since).days)
        )

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the working time of a day as instants (UTC); nothing on a day of rest."""
        if not self.is_working(day):
            return ()
        special = self.days.get(day)
        own = special.hours if special else None
        midnight = datetime.combine(day, datetime.min.time())
        return tuple(
            ((midnight + begin).replace(tzinfo=self.zone).astimezone(UTC),
             (midnight + end).replace(tzinfo=self.zone).astimezone(UTC))
            for begin, end in (self.hours if own is None else own)
        )  # fmt: skip

    def add_time(self, instant: datetime, amount: timedelta) -> datetime:
        """Return the instant (UTC) at which so much working time has passed since another.

        Four hours from 16:00 on the eve of a holiday end on the working day after it. Zero gives
        the instant itself within working hours, else the next opening. Negative amounts go back.
        Raises Refused where nothing is worked for over a year.
        """
        if amount < NOTHING:
            return self._take_time(instant, -amount)
        left = amount
        for day in self._each(self._day_of(instant), ONE):
            for opens, closes in self.spans(day):
                begin = max(opens, instant)
                if closes > begin and left <= closes - begin:
                    return begin + left
                left -= max(closes - begin, NOTHING)
        raise AssertionError("the days never end")  # pragma: no cover

    def time_between(self, since: datetime, until: datetime) -> timedelta:
        """Return the working time in [since, until); negative when they run backwards."""
        if until < since:
            return -self.time_between(until, since)
        first, last = self._day_of(since), self._day_of(until)
        passed = NOTHING
        for number in range((last - first).days + 1):
            for opens, closes in self.spans(first + timedelta(days=number)):
                passed += max(min(closes, until) - max(opens, since), NOTHING)
        return passed

    def _take_time(self, instant: datetime, amount: timedelta) -> datetime:
        left = amount
        for day in self._each(self._day_of(instant), -ONE):
            for opens, closes in reversed(self.spans(day)):
                end = min(closes, instant)
                if end > opens and left <= end - opens:
                    return end - left
                left -= max(end - opens, NOTHING)
        raise AssertionError("the days never end")  # pragma: no cover

    def _day_of(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _worked(self, day: date, step: timedelta) -> Iterator[date]:
        """Yield the working days after a day (before it, with a negative step), without end."""
        days = self._each(day, step)
        next(days)
        return (one for one in days if self.is_working(one))

    def _each(self, day: date, step: timedelta) -> Iterator[date]:
        """Yield a day and those that follow; raise Refused where none is worked for too long."""
        rested = 0
        while True:
            yield day
            rested = 0 if self.is_working(day) else rested + 1
            try:
                day += step
            except OverflowError:
                rested = LONGEST_REST
            if rested >= LONGEST_REST:
                raise Refused(
                    _(
                        "The work calendar knows no working day around %(day)s. Set the working "
                        "week or those days.",
                        day=format_date(day),
                    )
                )
