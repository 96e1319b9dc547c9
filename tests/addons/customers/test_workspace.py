"""The start page: every figure equals a count by hand within the reader's range."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.customers import overview as figures
from addons.customers import stage_moves
from addons.customers.measures import stage_facts
from addons.customers.models import Customer, Opportunity
from addons.customers.stages import OPEN_STAGES, STAGES
from core.actor import system_actor
from core.clock import site_zone, today
from core.database import db
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
NOON = datetime(2026, 11, 18, 12, tzinfo=site_zone())


@pytest.fixture
def _noon(frozen):
    with frozen(NOON):
        yield


@pytest.fixture
def accounts(house, make, _noon):
    """Accounts of two managers over all stages, this month, last month and long ago."""
    made = []
    for number, (owner, stage, since) in enumerate(
        [
            (house.ann, "prospect", date(2026, 11, 2)),
            (house.ann, "prospect", date(2026, 10, 31)),
            (house.ann, "opportunity", date(2026, 11, 1)),
            (house.ann, "signed", date(2026, 11, 18)),
            (house.bob, "prospect", date(2026, 11, 5)),
            (house.bob, "signed", date(2026, 10, 1)),
            (house.bob, "relationship", date(2025, 1, 1)),
        ]
    ):
        key = make.customers.customer(
            f"{owner.employee.name}-canary-{number}",
            manager=owner.employee,
            stage=stage,
            since=since,
            grade="AB"[number % 2],
        )
        make.customers.opportunity(
            key, f"{owner.employee.name}-deal-{number}", value=number * 10_000
        )
        made.append(key)
    with unit_of_work(SYSTEM):
        stage_moves.move_stage(made[4], "signed", on=date(2026, 11, 6))
        stage_moves.move_stage(made[4], "prospect", on=date(2026, 11, 7), reason="lost again")
    return made


def by_hand(actor):
    """Count with rows, not with SQL sums, what a reader's own range holds."""
    months = figures.months()
    with read_only(actor) as session:
        rows = session.scalars(select(Customer)).all()
        deals = [d for d in session.scalars(select(Opportunity)) if d.stage in OPEN_STAGES]
        reached = {
            (stage, month): len(session.execute(stage_facts(stage, month)).all())
            for stage in STAGES
            for month in months
        }
        return (
            {stage: sum(row.stage == stage for row in rows) for stage in STAGES},
            sum(row.scope_owner_id == actor.employee_id for row in rows),
            sum(row.grade == "A" for row in rows),
            {key: count for key, count in reached.items() if count},
            len(deals),
            sum((deal.expected_value for deal in deals), Decimal(0)),
        )


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("who", ["ann", "bob", "head", "administrator"])
def test_every_figure_equals_a_count_by_hand_within_the_range(house, who, statements):
    actor = getattr(house, who).actor
    with read_only(actor), statements() as sent:
        found = figures.overview()
        assert figures.overview() is found
    assert len([one for one in sent if "customers_" in one]) == 1
    stages, own, top, reached, deals, value = by_hand(actor)
    assert {stage: found.accounts.get(stage, 0) for stage in STAGES} == stages
    assert (found.own, found.top_grade, found.reached) == (own, top, reached)
    assert (sum(found.open_count.values()), sum(found.open_value.values())) == (deals, value)


@pytest.mark.usefixtures("accounts")
def test_no_word_of_another_managers_accounts_is_on_the_page(house, login):
    pages = {p: login(getattr(house, p).user).get("/").text for p in ("ann", "bob", "head")}
    assert "Ann-canary" in pages["ann"]
    assert "Bob-canary" not in pages["ann"]
    assert "Bob-canary" in pages["bob"]
    assert "Ann-canary" not in pages["bob"]
    assert "Ann-canary" in pages["head"]
    assert "Bob-canary" in pages["head"]


def cards(page):
    """Return value and address of each card of the strip."""
    found = re.findall(r'class="numc" href="([^"]+)".*?class="v">([^<]+)', page)
    return [(value, url.replace("&amp;", "&")) for url, value in found]


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("who", ["ann", "head"])
def test_each_number_opens_exactly_its_rows(house, login, who):
    client = login(getattr(house, who).user)
    shown = cards(client.get("/").text)
    assert len(shown) == 4
    for place, (value, url) in enumerate(shown):
        page = client.get(url).text
        rows = len(re.findall(r'<tr[^>]* data-href|<td class="[^"]*p1', page))
        deals = re.findall(r'class="d">(\d+) opportunit', client.get("/").text)
        # the money card names the deals below the sum
        assert rows == int(deals[0] if place == 1 else value), url


@pytest.mark.usefixtures("accounts")
def test_statistics_that_reach_further_than_rows_are_shown_without_links(house, login, grant):
    grant(house.ann, {"analyse"}, house.second_room)
    page = login(house.ann.user).get("/").text
    assert cards(page) == []
    assert page.count('<div class="numc">') == 4
    assert "Bob-canary" not in page


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("who", ["ann", "head", "administrator"])
def test_the_whole_page_takes_at_most_twelve_statements(house, login, who, statements):
    client = login(getattr(house, who).user)
    with statements() as sent:
        assert client.get("/").status_code == 200
    assert len([one for one in sent if "SAVEPOINT" not in one]) <= 12, sent


def test_whoever_has_no_account_reads_what_to_do_first(house, login):
    page = login(house.bob.user).get("/").text
    assert "No accounts yet" in page
    assert "/customers/new" in page
    assert 'class="numc"' not in page


@pytest.mark.usefixtures("accounts")
def test_the_accounts_that_stand_longest_come_first(house):
    with read_only(house.head.actor):
        found = figures.longest_waiting()
    assert [one.since for one in found] == sorted(one.since for one in found)
    assert found[0].since == date(2025, 1, 1)
    assert "signed" not in {one.stage for one in found}
    assert len(found) == 5


@pytest.mark.usefixtures("_noon")
def test_a_change_is_told_with_its_field_and_nothing_of_its_value(house, login, make):
    key = make.customers.customer("Quiet Bank", manager=house.ann.employee)
    with unit_of_work(house.ann.actor) as session:
        session.get_one(Customer, key).notes = "secret-remark"
    page = login(house.ann.user).get("/").text
    assert "Quiet Bank" in page
    assert "Notes" in page.split("Changed lately")[1]
    assert "secret-remark" not in page


@pytest.mark.usefixtures("_noon")
def test_a_hostile_name_is_shown_as_text(house, login, make):
    make.customers.customer("<script>alert(1)</script>", manager=house.ann.employee)
    page = login(house.ann.user).get("/").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_months_meet_at_new_year(frozen):
    with frozen(datetime(2027, 1, 1, 0, 0, tzinfo=site_zone())):
        assert figures.months() == (202701, 202612)
        assert today() - timedelta(days=1) == date(2026, 12, 31)


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("asks", ["longest_waiting", "changed_lately"])
def test_the_first_and_the_last_accounts_are_read_without_sorting_all(house, asks, statements):
    with read_only(house.administrator.actor) as session, statements() as sent:
        found = getattr(figures, asks)()
        rows = session.execute(found).all() if asks == "changed_lately" else found
        assert rows
    sql = next(one for one in sent if "FROM customers_customer" in one)
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        if db.engine.dialect.name == "postgresql":
            raw.execute("SET enable_sort = off")  # a table so small is always quicker to sort
            sql = re.sub(r"%\(\w+\)s", "'1'", sql)
            plan = "\n".join(row[0] for row in raw.execute(f"EXPLAIN {sql}"))
        else:
            rows = raw.execute(f"EXPLAIN QUERY PLAN {sql}", ("1",) * sql.count("?"))
            plan = "\n".join(row[3] for row in rows)
    assert re.search("ix_customers_customer_(stage_since|updated_at)_id", plan), plan
    assert not re.search("Sort|TEMP B-TREE", plan), plan
