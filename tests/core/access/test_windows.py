"""Windows are half-open, weekly hours follow the site's clock, and an edge needs no job."""

from datetime import UTC, datetime, timedelta

import pytest

from core.access.context import AccessContext
from core.access.terms import Term
from core.access.windows import FAR, WeeklyHours, Window
from core.clock import frozen
from tests.core.access.wall_toys import USER, Cost, World

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # Monday 08:00 in Shanghai
END = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OFFICE = WeeklyHours.parse(
    {"0": [["08:30", "12:00"], ["13:00", "17:30"]], "4": [["22:00", "24:00"]]}
)


def _term(window: Window) -> Term:
    return Term(resource="*", actions=frozenset({"query"}), window=window)


@pytest.mark.parametrize(
    ("instant", "inside"),
    [(START - SECOND, False), (START, True), (END - SECOND, True), (END, False)],
    ids=["a second before", "at the start", "a second before the end", "at the end"],
)
def test_a_window_holds_from_its_start_until_just_before_its_end(
    instant: datetime, *, inside: bool
) -> None:
    with frozen(instant):
        access = AccessContext.of_terms(USER, (_term(Window(START, END)),))
        assert access.may("toy.cost", "query") is inside


def test_rows_vanish_at_the_edge(world: World) -> None:
    term = _term(Window(START, END))
    for instant, number in ((START - SECOND, 0), (START, 5), (END, 0)):
        with frozen(instant), world.session(AccessContext.of_terms(USER, (term,))) as session:
            assert session.query(Cost).count() == number


@pytest.mark.parametrize(
    ("utc", "inside"),
    [
        ("2026-03-02T00:29:59", False),
        ("2026-03-02T00:30:00", True),
        ("2026-03-02T03:59:59", True),
        ("2026-03-02T04:00:00", False),
        ("2026-03-02T05:00:00", True),
        ("2026-03-03T00:30:00", False),
        ("2026-03-06T14:00:00", True),
        ("2026-03-06T15:59:59", True),
        ("2026-03-06T16:00:00", False),
    ],
)
def test_weekly_hours_are_read_on_the_sites_wall_clock(utc: str, *, inside: bool) -> None:
    instant = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert Window(weekly=OFFICE).contains(instant) is inside


@pytest.mark.parametrize(
    ("now", "edge"),
    [
        ("2026-03-02T00:00:00", "2026-03-02T00:30:00"),
        ("2026-03-02T00:30:00", "2026-03-02T04:00:00"),
        ("2026-03-02T09:30:00", "2026-03-06T14:00:00"),
        ("2026-03-06T14:00:00", "2026-03-06T16:00:00"),
        ("2026-03-06T16:00:00", "2026-03-09T00:30:00"),
    ],
)
def test_the_next_edge_is_when_the_answer_may_change(now: str, edge: str) -> None:
    found = Window(weekly=OFFICE).next_edge(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(edge).replace(tzinfo=UTC)


def test_a_term_without_a_window_never_changes() -> None:
    assert Window().next_edge(START) == FAR


@pytest.mark.parametrize(
    "stored",
    [{"7": [["08:00", "09:00"]]}, {"0": [["09:00", "08:00"]]}, {"0": [["08:00", "25:00"]]}],
    ids=["eighth day", "backwards", "after midnight"],
)
def test_impossible_hours_are_refused(stored: dict[str, list[list[str]]]) -> None:
    with pytest.raises(ValueError, match="not a span of weekly hours"):
        WeeklyHours.parse(stored)
