"""Who can see a record: the page says of everybody what enforcement does, and tells no strangers."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select

from addons.customers.models import Customer
from addons.rights.models import Subject
from core.access import who
from core.access.records import load, require
from core.access.who import who_may
from core.access.windows import FAR, Window
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.clock import now, site_zone
from core.database import db
from core.errors import DomainError
from core.organisation.models import Employee
from core.unit_of_work import unit_of_work
from tests.addons.rights.house import MAKING, House
from tests.addons.rights.oracle import Given
from tests.addons.rights.test_pages import text_of

CUSTOMER = "customers.customer"
MONDAY = datetime(2030, 1, 7, tzinfo=UTC)


def told(key, day=None):
    with unit_of_work(MAKING) as session:
        record = session.get_one(Customer, key)
        return {one.user_id: one for one in who_may(session, CUSTOMER, record, day)}


@pytest.mark.parametrize("seed", range(100, 105))
def test_it_is_what_everybody_is_really_given(seed, app, make):
    house = House(seed, make)
    for _round in range(2):
        house.change()
        house.give()
        _check(house)
    db.session.remove()


def _check(house):
    truth, instant = house.truth(), now()
    said = {row.id: told(row.id) for row in house.rows}
    for person in house.people:
        seen = truth.seen(person, "query", instant)
        analysed = truth.seen(person, "analyse", instant)
        for row in house.rows:
            holder = said[row.id].get(person.user)
            verbs = set(holder.verbs) if holder else set()
            assert ("query" in verbs) is (row.id in seen)
            assert ("analyse" in verbs) is (row.id in analysed)
            if holder:
                assert holder.only_analyses is (row.id in analysed - seen)
        with unit_of_work(house.actor(person)):
            for row in house.rows:
                holder = said[row.id].get(person.user)
                for verb in ("query", "update", "export"):
                    assert (verb in (holder.verbs if holder else ())) is _given(row.id, verb)


def _given(key, verb):
    try:
        require(CUSTOMER, verb)
        load(Customer, key, verb)
    except DomainError:
        return False
    return True


def test_what_the_oracle_calls_a_right_is_one(app, make):
    """Were nobody ever allowed anything above, it would have passed for nothing."""
    house = House(100, make)
    assert any(isinstance(one, Given) and one.allow for one in house.given)
    assert any(holder.verbs for row in house.rows for holder in told(row.id).values())
    db.session.remove()


def test_a_day_counts_every_hour_of_it(office, accounts, duty, give):
    look = duty("look", {CUSTOMER: ["query"]})
    give(
        look, Subject.USER, office.ann.user.id, ranges={"owner": [{"kind": "person",
        "id": office.bob.employee.id}]}, weekly_hours={"0": [["08:30", "12:00"],
        ["13:00", "17:30"]]}, valid_to=datetime(2030, 1, 14, 3, tzinfo=UTC),
    )  # fmt: skip
    key, ann = accounts["bob-a"], office.ann.user.id

    def hours(day):
        holder = told(key, day).get(ann)
        return [
            tuple(f"{at.astimezone(site_zone()):%H:%M}" for at in span)
            for span in (holder.verbs.get("query", ()) if holder else ())
        ]

    assert hours(MONDAY.date()) == [("08:30", "12:00"), ("13:00", "17:30")]
    assert hours(MONDAY.date() + timedelta(days=1)) == []
    assert hours(MONDAY.date() + timedelta(days=7)) == [("08:30", "11:00")]  # ends at 03:00 UTC
    assert hours(MONDAY.date() + timedelta(days=14)) == []
    whole = told(key, MONDAY.date())[office.bob.user.id]
    assert whole.verbs["query"] == []  # the whole day is not told in hours


def test_the_last_day_that_there_is_ends_in_every_zone(office, accounts, monkeypatch):
    """West of Greenwich it reaches past the last instant to which edges are told."""
    monkeypatch.setattr(who, "site_zone", lambda: ZoneInfo("America/Los_Angeles"))
    days = iter(range(100))

    def edge(_window, _instant):
        assert next(days, None) is not None, "it never ends"
        return FAR

    monkeypatch.setattr(Window, "next_edge", edge)
    assert office.ann.user.id in told(accounts["ann-a"], date(9999, 12, 30))


def test_denials_closed_accounts_and_mere_statistics(office, accounts, duty, give, make):
    look = duty("look", {CUSTOMER: ["query", "update"]})
    sums = duty("sums", {CUSTOMER: ["analyse"]})
    key = accounts["ann-a"]
    give(sums, Subject.USER, office.bob.user.id)
    found = told(key)
    assert found[office.bob.user.id].only_analyses
    assert not found[office.ann.user.id].only_analyses
    give(look, Subject.USER, office.bob.user.id)
    give(look, Subject.USER, office.bob.user.id, allow=False, ranges={
        "customer": [{"kind": "rule", "all": {"grade": ["A"]}}]})  # fmt: skip
    bob = told(key)[office.bob.user.id]
    assert bob.only_analyses
    assert {term.allow for term in bob.against} == {False}
    assert "query" in told(accounts["ann-b"])[office.bob.user.id].verbs
    with unit_of_work(MAKING) as session:
        session.get_one(User, office.bob.user.id).active = False
    assert office.bob.user.id not in told(key)


@pytest.fixture
def boss(office, login):
    return login(office.boss.user)


def test_the_page_names_people_filters_and_counts(office, boss, accounts, duty, give):
    sums = duty("sums", {CUSTOMER: ["analyse"]})
    give(sums, Subject.USER, office.bob.user.id, ranges={"owner": [{"kind": "person",
        "id": office.ann.employee.id}]})  # fmt: skip
    address = f"/who?resource={CUSTOMER}&record={accounts['ann-a']}"
    assert address.replace("&", "&amp;") in boss.get(f"/customers/{accounts['ann-a']}").text
    page = text_of(boss.get(address))
    assert "3 people see it, 2 may change it, 1 only has it in statistics" in page, page
    assert "duty “sums” (given to Bob) Ann always" in page.replace(" – ", " "), page
    ann = page[page.index("Ann ann") :]
    assert "own records" in ann[: ann.index("Bob bob")]
    only = text_of(boss.get(f"{address}&verb=update"))
    assert "Ann ann" in only
    assert "Bob bob" not in only
    named = text_of(boss.get(f"{address}&q=BOB"))
    assert "statistics only" in named
    assert "Ann ann" not in named
    assert "Nobody" in text_of(boss.get(f"{address}&q=nobody-at-all"))
    for wrong in ("2001-01-01", "soon", "9999-12-31"):
        assert "Shown is now" in text_of(boss.get(f"{address}&as_of={wrong}"))
    assert boss.get(f"{address}&verb=fly").status_code == 404
    assert boss.get("/who?resource=customers.customer").status_code == 404
    for number in ("00000000001" + "9" * 20, "9" * 500, "2147483648"):
        assert boss.get(f"/who?resource={CUSTOMER}&record={number}").status_code == 404


def test_the_file_says_the_same_and_is_noted(office, boss, accounts):
    address = f"/who/export?resource={CUSTOMER}&record={accounts['ann-a']}&verb=query"
    sent = boss.get(f"{address}&format=csv")
    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
    assert {row[3] for row in rows[1:]} == {"ann", "boss", "head"}
    assert boss.get(f"{address}&format=xlsx").status_code == 200
    assert boss.get(f"{address}&format=pdf").status_code == 400
    with unit_of_work(MAKING) as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.resource == "core.who")).all()
    assert [entry.changes["rows"] for entry in noted] == [3, 3]
    assert f"record={accounts['ann-a']}" in noted[0].changes["filter"]


def test_only_who_holds_the_right_and_sees_the_record_may_ask(office, accounts, duty, give, login):
    ask = duty("ask", {"core.who": ["query"]})
    mine, foreign = (f"/who?resource={CUSTOMER}&record={accounts[k]}" for k in ("ann-a", "bob-a"))
    ann = login(office.ann.user)
    assert ann.get(mine).status_code == 403
    assert "/who?" not in ann.get(f"/customers/{accounts['ann-a']}").text
    give(ask, Subject.USER, office.ann.user.id)
    assert ann.get(mine).status_code == 200
    assert "web/export" not in ann.get(mine).text
    assert ann.get(mine.replace("/who?", "/who/export?")).status_code == 403
    unknown = ann.get(f"/who?resource={CUSTOMER}&record=999999")
    assert ann.get(foreign).status_code == unknown.status_code == 404


@pytest.mark.whole
def test_it_costs_the_same_statements_for_many_accounts(office, boss, accounts, statements):
    address = f"/who?resource={CUSTOMER}&record={accounts['ann-a']}"
    boss.get(address)
    with statements() as few:
        boss.get(address)
    with unit_of_work(MAKING) as session:
        unit = office.first_room.id
        session.execute(insert(Employee), [
            {"code": f"M{n}", "name": f"Many {n}", "unit_id": unit} for n in range(400)
        ])  # fmt: skip
        ids = session.scalars(select(Employee.id).where(Employee.code.like("M%"))).all()
        like = {"password_hash": "x", "is_administrator": True}
        session.execute(insert(User), [
            {"login": f"many{one}", "employee_id": one, **like} for one in ids
        ])  # fmt: skip
        assert session.scalar(select(func.count()).select_from(User)) > 400
    with statements() as many:
        assert boss.get(address).status_code == 200
    assert len(many) <= len(few)
    assert len(many) < 30
