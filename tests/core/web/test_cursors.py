"""Going on behind the last row must end, whatever the type that a list is sorted by."""

from datetime import UTC, datetime

import pytest

from core.actor import system_actor
from core.audit.lists import ENTRIES
from core.audit.services import record
from core.clock import frozen
from core.unit_of_work import unit_of_work
from core.web import list_args, list_page
from core.web.list_page import next_href


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(list_args, "OFFSET_LIMIT", 20)
    monkeypatch.setattr(list_page, "OFFSET_LIMIT", 20)


def walk(spec, ask, address):
    page, seen = ask(spec, address), []
    for _ in range(20):
        seen += [row[0] for row in page.rows]
        onward = next_href(page)
        if onward is None:
            return seen
        page = ask(spec, onward.partition("?")[2])
    raise AssertionError(f"{address} never ends")


@pytest.mark.parametrize("sort", ["at", "-at"])
def test_instants_of_the_trail(app, ask, short_pages, sort):
    with app.app_context():
        for _second in range(3):
            with unit_of_work(system_actor("test")) as session:
                for number in range(30):
                    record(session, "update", "core.employee", number, label="walked")
    seen = walk(ENTRIES, ask, f"sort={sort}&size=20&q=walked")
    assert len(seen) == len(set(seen)) == 90


def test_a_span_of_days_is_read_in_the_zone_of_the_site(app, ask):
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # 2 March, half past midnight in Shanghai
    with app.app_context(), frozen(late), unit_of_work(system_actor("test")) as session:
        record(session, "update", "core.employee", 1, label="at night")
    assert ask(ENTRIES, "q=night&at_from=2026-03-02&at_to=2026-03-02").total == 1
    assert ask(ENTRIES, "q=night&at_to=2026-03-01").total == 0
