"""Going on behind the last row must end, whatever the type that a list is sorted by."""

import base64
import json
from datetime import UTC, datetime

import pytest

from core.actor import system_actor
from core.audit.services import record
from core.audit.views import ENTRIES
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


def cursor(value, row_id=1):
    return base64.urlsafe_b64encode(json.dumps([value, row_id]).encode()).decode().rstrip("=")


NESTED = base64.urlsafe_b64encode(b"[" * 1_400).decode().rstrip("=")
HOSTILE = [
    f"/admin/jobs/?after={NESTED}",
    f"/admin/jobs/?sort=due_at&after={cursor('2020-01-01T00:00:00')}",
    f"/admin/jobs/?sort=due_at&after={cursor('0001-01-01T00:00:00+23:00')}",
    f"/customers/opportunities?sort=value&after={cursor('1.234')}",
    f"/customers/opportunities?sort=value&after={cursor('9e14')}",
    f"/customers/opportunities?sort=value&after={cursor('NaN')}",
    f"/customers/?sort=stage_since&after={cursor('9999-99-99')}",
    "/admin/audit/?at_from=0001-01-01",
    "/admin/audit/?at_to=9999-12-31",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_place_or_span_is_refused_or_found_empty_and_is_no_fault(login, make, address):
    answer = login(make.administrator(locale="en")).get(address)
    assert answer.status_code in {200, 400}
