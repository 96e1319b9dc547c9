"""Counting in working days and working time: examples, edges, and properties over any calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.workcalendar.hours import read_hours, write_hours
from core.workcalendar.published import published_days
from core.workcalendar.reckoning import Special, WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = read_hours("08:30-12:00, 13:30-17:30")
ONE = timedelta(days=1)


def calendar(days=(), *, week=range(5), hours=OFFICE, zone=SHANGHAI):
    return WorkCalendar(frozenset(week), hours, dict(days), frozenset(), zone)


def china(year=2026):
    days = published_days("CN", year)
    return calendar({d: Special(0, one.working, one.name, None, "") for d, one in days.items()})


def local(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_the_year_2026_has_the_working_days_of_the_official_notice():
    assert china().days_between(date(2026, 1, 1), date(2027, 1, 1)) == 248


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 1), False),  # a Thursday, National Day
        (date(2026, 9, 20), True),  # a Sunday, worked in exchange
        (date(2026, 10, 10), True),  # a Saturday, worked in exchange
        (date(2026, 10, 11), False),
        (date(2026, 10, 8), True),
    ],
)
def test_feasts_and_days_in_exchange_come_before_the_week(day, worked):
    assert china().is_working(day) is worked


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-09-30T16:00", "4:00", "2026-10-08T11:00"),  # over a feast (requirement P4)
        ("2026-11-25T08:30", "0:00", "2026-11-25T08:30"),
        ("2026-11-25T12:00", "0:00", "2026-11-25T13:30"),  # nothing is worked at noon
        ("2026-11-25T12:30", "0:30", "2026-11-25T14:00"),
        ("2026-11-25T08:30", "3:30", "2026-11-25T12:00"),  # the end of a span belongs to it
        ("2026-11-25T08:30", "7:30", "2026-11-25T17:30"),
        ("2026-11-25T08:30", "7:31", "2026-11-26T08:31"),
        ("2026-11-27T17:00", "1:00", "2026-11-30T09:00"),  # over a weekend
        ("2026-11-28T03:00", "1:00", "2026-11-30T09:30"),
        ("2026-11-30T09:00", "-1:00", "2026-11-27T17:00"),
        ("2026-11-29T09:00", "-1:00", "2026-11-27T16:30"),
        ("2026-10-08T11:00", "-4:00", "2026-09-30T16:00"),
    ],
)
def test_working_time_is_added_and_taken(start, amount, end):
    sign = -1 if amount.startswith("-") else 1
    hours, minutes = map(int, amount.lstrip("-").split(":"))
    found = china().add_time(local(start), sign * timedelta(hours=hours, minutes=minutes))
    assert found == local(end)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
        (date(2026, 10, 9), 1, date(2026, 10, 10)),
        (date(2026, 10, 3), -3, date(2026, 9, 28)),
    ],
)
def test_working_days_are_counted_on_and_back(day, count, found):
    assert china().add_days(day, count) == found


def test_a_day_of_rest_gives_way_to_its_neighbours():
    assert china().next_working(date(2026, 10, 3)) == date(2026, 10, 8)
    assert china().last_working(date(2026, 10, 3)) == date(2026, 9, 30)
    assert china().next_working(date(2026, 10, 8)) == date(2026, 10, 8)


def test_a_day_may_have_hours_of_its_own():
    eve = date(2026, 2, 13)
    short = calendar({eve: Special(0, True, {}, read_hours("08:30-12:00"), "hand")})
    assert short.add_time(local("2026-02-13T11:00"), timedelta(hours=2)) == local(
        "2026-02-16T09:30"
    )


def test_a_day_on_which_the_clock_is_moved_is_as_long_as_it_is():
    paris = ZoneInfo("Europe/Paris")
    whole = calendar(week=range(7), hours=read_hours("00:00-24:00"), zone=paris)
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25), (date(2026, 6, 1), 24)):
        ((opens, closes),) = whole.spans(day)
        assert closes - opens == timedelta(hours=hours)
    begin = local("2026-03-29T00:00", paris)
    assert whole.add_time(begin, timedelta(hours=24)) == local("2026-03-30T01:00", paris)


def test_a_calendar_without_work_refuses_instead_of_searching_for_ever():
    idle = calendar(week=())
    with pytest.raises(Refused):
        idle.add_days(date(2026, 1, 1), 1)
    with pytest.raises(Refused):
        idle.add_time(local("2026-01-01T09:00"), timedelta(minutes=1))
    with pytest.raises(Refused):
        calendar().add_days(date(9999, 12, 30), 5)
    with pytest.raises(Refused):
        calendar().add_days(date(2026, 1, 1), 10_001)


spans = st.lists(
    st.integers(0, 48), min_size=2, max_size=8, unique=True
).map(lambda halves: tuple(  # pairs of half hours, in order
    (timedelta(minutes=30 * a), timedelta(minutes=30 * b))
    for a, b in zip(sorted(halves)[::2], sorted(halves)[1::2], strict=False)
))  # fmt: skip
near = st.dates(date(2026, 3, 1), date(2026, 4, 30))
special = st.builds(lambda working: Special(0, working, {}, None, "hand"), st.booleans())
calendars = st.builds(
    lambda week, hours, days, zone: calendar(days, week=week, hours=hours, zone=zone),
    st.sets(st.integers(0, 6), min_size=1),
    spans,
    st.dictionaries(near, special, max_size=20),
    st.sampled_from([SHANGHAI, ZoneInfo("Europe/Paris"), ZoneInfo("America/St_Johns")]),
)
# before the first draw Hypothesis reads the constants of all our modules
patient = settings(suppress_health_check=[HealthCheck.too_slow])
instants = st.integers(0, 60 * 24 * 60).map(
    lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
amounts = st.timedeltas(timedelta(0), timedelta(hours=200))


@patient
@given(calendars, instants, amounts)
def test_what_was_added_is_what_lies_between(any_calendar, instant, amount):
    later = any_calendar.add_time(instant, amount)
    assert later >= instant
    assert any_calendar.time_between(instant, later) == amount
    assert any_calendar.time_between(later, instant) == -amount
    if amount:
        earlier = any_calendar.add_time(instant, -amount)
        assert any_calendar.time_between(earlier, instant) == amount


@patient
@given(calendars, near, st.integers(-60, 60))
def test_days_are_counted_as_one_by_one(any_calendar, day, count):
    found, step = day, ONE if count > 0 else -ONE
    left = abs(count)
    while left:
        found += step
        left -= any_calendar.is_working(found)
    assert any_calendar.add_days(day, count) == found
    if count > 0:
        assert any_calendar.days_between(day + ONE, found + ONE) == count


@given(spans)
def test_hours_are_read_as_they_are_written(hours):
    assert read_hours(write_hours(hours)) == hours


@pytest.mark.parametrize(
    "text", ["08:30–12:00，13:30～17:30", "8:30-12:00 13:30-17:30", "08：30至12：00、13:30-17:30"]
)
def test_hours_are_understood_as_people_write_them(text):
    assert read_hours(text) == OFFICE


@pytest.mark.parametrize(
    "text",
    ["", "9 to 5", "08:30", "12:00-08:30", "08:00-12:00, 11:00-13:00", "25:00-26:00", "08:00-08:00",
     "08:00-24:30", ", ".join(f"{n:02}:00-{n:02}:30" for n in range(7))],
)  # fmt: skip
def test_hours_that_are_none_are_refused(app, text):
    with app.test_request_context(), pytest.raises(ValueError, match=r"\w"):
        read_hours(text)
