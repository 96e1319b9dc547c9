from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from addons.customers import opportunities, queries
from addons.customers.opportunities import OpportunityFields
from addons.customers.opportunity_lists import OPPORTUNITIES
from core.clock import today
from core.errors import Conflict, Refused
from core.events.models import StoredEvent
from core.unit_of_work import current_unit
from core.web import list_args, list_page
from core.web.list_page import load_page, next_href


@pytest.fixture
def account(house, make):
    return make.customers.customer("A", manager=house.ann.employee)


def test_an_opportunity_runs_from_need_to_won_with_its_history(house, as_, account):
    with as_(house.ann):
        key = opportunities.open_opportunity(
            account,
            OpportunityFields(title="专线扩容", expected_value=Decimal("3860000.00")),
            opened_on=today() - timedelta(days=20),
        )
        opportunities.move_opportunity(key, "proposal", on=today() - timedelta(days=10))
        opportunities.move_opportunity(key, "won")
    with as_(house.ann) as session:
        found = queries.opportunity(key)
        assert (found.stage, found.closed_on) == ("won", today())
        assert found.expected_value == Decimal("3860000.00")
        assert [move.to_stage for move in queries.opportunity_moves(key)] == [
            "lead",
            "proposal",
            "won",
        ]
        event = session.scalars(
            select(StoredEvent).where(StoredEvent.type == "customers.opportunity_closed")
        ).one()
        assert event.payload["outcome"] == "won"


@pytest.mark.parametrize("path", [("lead", "lost"), ("won", "proposal"), ("proposal", "lead")])
def test_losing_reopening_and_going_back_need_a_reason(house, as_, make, account, path):
    here, to = path
    key = make.customers.opportunity(account)
    with as_(house.ann):
        if here != "lead":
            opportunities.move_opportunity(key, here)
    with pytest.raises(Refused) as refused, as_(house.ann):
        opportunities.move_opportunity(key, to)
    assert "reason" in refused.value.fields
    with as_(house.ann):
        opportunities.move_opportunity(key, to, reason="预算取消")
        assert queries.opportunity(key).stage == to


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"title": "x", "expected_value": Decimal(-1)}, "expected_value"),
        ({"title": "x", "expected_value": Decimal("1.001")}, "expected_value"),
        ({"title": "x", "expected_value": Decimal("1e20")}, "expected_value"),
        ({"title": "x\x00"}, "title"),
    ],
)
def test_what_cannot_be_stored_is_refused_beside_its_field(house, as_, account, fields, wrong):
    with pytest.raises(Refused) as refused, as_(house.ann):
        opportunities.open_opportunity(account, OpportunityFields(**fields))
    assert wrong in refused.value.fields


def test_a_step_is_neither_in_the_future_nor_before_the_last_one(house, as_, make, account):
    key = make.customers.opportunity(account, opened_on=today() - timedelta(days=5))
    for day in (today() + timedelta(days=1), today() - timedelta(days=6)):
        with pytest.raises(Refused) as refused, as_(house.ann):
            opportunities.move_opportunity(key, "proposal", on=day)
        assert "happened_on" in refused.value.fields


def test_the_second_writer_is_told(house, as_, make, account):
    key = make.customers.opportunity(account, "Old")
    with as_(house.ann):
        opportunities.update_opportunity(key, OpportunityFields(title="New"), row_version=1)
    with pytest.raises(Conflict), as_(house.ann):
        opportunities.update_opportunity(key, OpportunityFields(title="X"), row_version=1)


def test_a_closed_opportunity_is_kept(house, as_, make, account):
    lost, mistake = make.customers.opportunity(account), make.customers.opportunity(account)
    with as_(house.ann):
        opportunities.move_opportunity(lost, "lost", reason="x")
    with pytest.raises(Refused), as_(house.administrator):
        opportunities.delete_opportunity(lost)
    with as_(house.administrator):
        assert opportunities.delete_opportunity(mistake) == account
    with as_(house.ann):
        assert [one.id for one in queries.opportunities_of(account)] == [lost]


@pytest.fixture
def fifty(account, make, monkeypatch):
    """Fifty opportunities in a list that goes on behind a cursor after its first page."""
    monkeypatch.setattr(list_args, "OFFSET_LIMIT", 20)
    monkeypatch.setattr(list_page, "OFFSET_LIMIT", 20)
    return [
        make.customers.opportunity(
            account, value=None if number % 5 == 0 else Decimal(number % 7) / 4
        )
        for number in range(50)
    ]


@pytest.mark.parametrize("sort", ["value", "-value"])
def test_the_list_goes_on_behind_an_amount_without_gap_or_repeat(house, as_, app, fifty, sort):
    seen, address = [], f"sort={sort}&size=20"
    while address and len(seen) <= len(fifty):
        with app.test_request_context("/customers/opportunities"), as_(house.ann) as session:
            args = OPPORTUNITIES.parse(MultiDict(parse_qsl(address)))
            page = load_page(OPPORTUNITIES, args, session, current_unit().access)
            seen += [row[0] for row in page.rows]
            address = (next_href(page) or "").partition("?")[2]
    assert sorted(seen) == sorted(fifty)


def test_opportunities_are_walked_in_the_order_of_their_list(house, login, make, account):
    keys = [make.customers.opportunity(account, title) for title in ("甲", "乙", "丙")]
    client = login(house.ann.user)
    page = client.get(f"/customers/opportunities/{keys[1]}?list=sort%3Dopened").text
    assert "2 / 3" in page
    assert f"/customers/opportunities/{keys[0]}?" in page
    assert f"/customers/opportunities/{keys[2]}?" in page
