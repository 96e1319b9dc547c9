"""The list of accounts: a wide range walks along the order, and its rows stay the same."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from addons.customers import industries, services
from addons.customers.fields import CustomerFields
from addons.customers.lists import CUSTOMERS
from addons.customers.models import Customer
from core.actor import system_actor
from core.database import db
from core.organisation.models import Employee
from core.unit_of_work import current_unit, unit_of_work
from core.web import list_args, list_page, list_query
from core.web.list_page import load_page, next_href, numbered


@pytest.fixture
def accounts(house, as_):
    for person, count in ((house.ann, 6), (house.bob, 5)):
        with as_(person):
            for number in range(count):
                services.create_customer(CustomerFields(name=f"{person.user.login} {number}"))


@pytest.fixture
def page_of(app, accounts):
    def ask(person, address=""):
        pairs = [part.split("=", 1) for part in address.split("&") if part]
        with app.test_request_context("/customers/"), unit_of_work(person.actor) as session:
            return load_page(
                CUSTOMERS, CUSTOMERS.parse(MultiDict(pairs)), session, current_unit().access
            )

    return ask


def rows_of(page):
    return [tuple(row) for row in page.rows]


@pytest.mark.parametrize("address", ["", "sort=name", "q=1", "grade=-", "size=20&page=1"])
def test_a_wide_range_shows_the_rows_that_a_narrow_one_would(page_of, house, monkeypatch, address):
    people = (house.ann, house.bob, house.head, house.administrator)
    narrow = [rows_of(page_of(person, address)) for person in people]
    monkeypatch.setattr(list_page, "WIDE", 0)
    assert [rows_of(page_of(person, address)) for person in people] == narrow
    assert len(narrow[0]) < len(narrow[2])


@pytest.fixture
def rows_sql(page_of, house, monkeypatch, statements):
    """The SQL of a page's rows, taken as wide from so many rows."""

    def sent(wide):
        monkeypatch.setattr(list_page, "WIDE", wide)
        with statements() as said:
            page_of(house.head)
        return next(sql for sql in said if "ORDER BY customers_customer.id" in sql)

    return sent


def plan_of(sql):
    """Return SQLite's plan in words."""
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))]


def test_sqlite_walks_along_the_order_for_a_wide_range_and_postgresql_decides_itself(rows_sql):
    wide, narrow = rows_sql(0), rows_sql(10_000)
    if db.engine.dialect.name == "postgresql":
        assert wide == narrow
        return
    assert not any("scope" in step for step in plan_of(wide))
    assert not any("TEMP B-TREE" in step for step in plan_of(wide))
    assert any("ix_customers_customer_scope" in step for step in plan_of(narrow))


@pytest.fixture
def by_set(house, grant, monkeypatch):
    """Bob besides sees the first room, by a set of keys that is looked up in the database."""
    monkeypatch.setattr("core.access.terms.ARRAY", 0)
    monkeypatch.setattr(list_query, "SET_COUNT_LIMIT", 5)
    grant(house.bob, {"query", "create"}, house.first_room, house.second_room)
    return house.bob


def test_where_rows_are_looked_up_in_a_large_set_counting_stops_sooner(page_of, house, by_set):
    page = page_of(by_set)
    assert (page.total, page.total_text, len(page.rows)) == (5, "4+", 11)
    assert {o.count for view in page.facets for o in view.options} == {None}
    narrowed = page_of(by_set, "q=ann 1")  # a name, and the number of another
    assert (narrowed.total, narrowed.total_text) == (2, "2")
    assert any(o.count for view in narrowed.facets for o in view.options)
    assert page_of(house.administrator).total_text == "11"


@pytest.mark.parametrize("address", ["", "q=ann", "q=bob", "grade=-&q=1"])
def test_every_bound_counts_as_one_pass_over_the_rows_would(
    page_of, house, by_set, monkeypatch, address
):
    """Bob's own five are told by the row, the others by the set; none is counted twice."""
    seen = len(page_of(by_set, f"{address}&size=200").rows)
    for bound in range(1, 13):
        monkeypatch.setattr(list_query, "SET_COUNT_LIMIT", bound)
        assert page_of(by_set, address).total == min(bound, seen), bound


@pytest.mark.parametrize(("bound", "reads"), [(3, False), (5, False), (6, True)])
def test_the_set_is_not_read_where_rows_known_without_it_are_enough(
    page_of, by_set, monkeypatch, bound, reads
):
    monkeypatch.setattr(list_query, "SET_COUNT_LIMIT", bound)
    assert page_of(by_set).total == bound
    if db.engine.dialect.name != "postgresql":
        return  # SQLite does not tell what a statement really did
    found = []
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection

        def look(_connection, _cursor, sql, values, *_others):
            if sql.startswith("SELECT count(*)"):
                plan = raw.execute(f"EXPLAIN ANALYZE {sql}", values).fetchall()
                found.extend(row[0] for row in plan if "core_access_set_key" in row[0])

        event.listen(db.engine, "before_cursor_execute", look)
        try:
            page_of(by_set)
        finally:
            event.remove(db.engine, "before_cursor_execute", look)
    assert found
    assert reads is any("never executed" not in step for step in found)


def test_pages_behind_the_rows_that_were_counted_are_reached_and_numbered(
    app, page_of, by_set, monkeypatch
):
    monkeypatch.setattr(list_args, "SIZES", (4,))
    first, second, third, beyond = (page_of(by_set, f"size=4&page={n}") for n in (1, 2, 3, 4))
    assert [len(page.rows) for page in (first, second, third, beyond)] == [4, 4, 3, 0]
    shown = [[n for n, _url in numbered(page)] for page in (first, second, third, beyond)]
    assert shown == [[1, 2], [1, 2], [1, 2, 3], [1, 2]]
    assert [next_href(page) is None for page in (first, second, third)] == [False, False, True]


def test_each_row_of_a_walk_is_looked_up_in_a_large_set(page_of, by_set, statements, monkeypatch):
    def sent(wide):
        monkeypatch.setattr(list_page, "WIDE", wide)
        with statements() as said:
            rows = rows_of(page_of(by_set))
        return next(sql for sql in said if "ORDER BY customers_customer.id" in sql), rows

    (walk, rows), (collected, rows_too) = sent(0), sent(10_000)
    assert rows == rows_too
    if db.engine.dialect.name == "postgresql":  # which may choose itself, but not within an OR
        scalar = "coalesce((SELECT true"
        assert scalar in walk
        assert scalar not in collected
        return
    assert "EXISTS" in walk
    assert any("LIST SUBQUERY" in step for step in plan_of(collected))
    assert not any("LIST SUBQUERY" in step for step in plan_of(walk))


@pytest.mark.parametrize("address", ["", "grade=-", "q=ann"])
@pytest.mark.parametrize("by_manager", [False, True])
@pytest.mark.usefixtures("accounts")
def test_what_is_joined_for_columns_alone_is_not_read_for_counting(
    app, house, statements, address, by_manager
):
    """Unless it is searched in."""
    found = (Customer.search_text, Employee.name) if by_manager else CUSTOMERS.search
    spec = replace(CUSTOMERS, search=found)
    args = spec.parse(MultiDict([address.split("=")] if address else []))
    with app.test_request_context("/customers/"), unit_of_work(house.head.actor) as session:
        access = current_unit().access
        with statements() as said:
            total = load_page(spec, args, session, access).total
        whole = load_page(replace(spec, rows=None), args, session, access).total
    (counting,) = (sql for sql in said if sql.startswith("SELECT count(*)"))
    assert ("JOIN core_employee" in counting) is (by_manager and "q=" in address)
    assert total == whole > 0


def test_a_manager_who_has_left_is_named_in_the_facet(page_of, house):
    with unit_of_work(system_actor("test")) as session:
        session.get_one(Employee, house.bob.employee.id).active = False
    facet = next(view for view in page_of(house.head).facets if view.key == "manager")
    assert {option.label for option in facet.options if option.count} == {"Ann", "Bob"}


def test_the_list_shows_the_industry_over_its_branch_and_files_both_in_one_cell(
    house, login, as_, make
):
    with as_(house.administrator):
        top = industries.add_industry({"zh": "金融", "en": "Finance"})
        below = industries.add_industry({"zh": "银行", "en": "Banking"}, parent_id=top)
    make.customers.customer("One", manager=house.ann.employee, industry_id=below)
    client = login(house.ann.user)
    text = client.get("/customers/?q=one").get_data(as_text=True)
    assert '<td>Banking<span class="sub">Finance</span></td>' in text
    assert re.search(r'aria-current="true">All<', text)  # a filter, but no ready one
    file = client.get("/customers/export?format=csv").get_data(as_text=True)
    assert "Finance / Banking" in file
