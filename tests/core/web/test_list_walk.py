"""Next and previous follow the list's order exactly: ties, missing values, filters, groups."""

import random

import pytest
from werkzeug.datastructures import MultiDict

from core.actor import system_actor
from core.unit_of_work import current_unit, unit_of_work
from core.web import list_walk
from core.web.list_walk import neighbours

SORTS = ("", "name", "-name", "phone", "-phone", "superior", "-superior", "unit", "version")


@pytest.fixture
def beside(app):
    def ask(spec, address, record_id):
        pairs = [part.split("=", 1) for part in address.split("&") if part]
        with app.test_request_context("/people"), unit_of_work(system_actor("test")) as session:
            args = spec.parse(MultiDict(pairs))
            return neighbours(spec, args, session, current_unit().access, record_id)

    return ask


@pytest.mark.parametrize("sort", SORTS)
def test_the_walk_is_the_order_of_the_list(people, staff, ask, beside, sort):
    dice = random.Random(sort)
    address = f"sort={sort}&size=200&{dice.choice(('q=S0', 'phone=1', 'state=1&q=S'))}"
    order = [row[0] for row in ask(people, address).rows]
    places = {0, 1, len(order) - 2, len(order) - 1, *dice.sample(range(len(order)), 6)}
    for place in places:
        found = beside(people, address, order[place])
        assert found.previous == (order[place - 1] if place else None)
        assert found.following == (order[place + 1] if place + 1 < len(order) else None)
        assert (found.place, found.total) == (place + 1, len(order))


def test_a_grouped_list_is_walked_within_the_group(people, staff, ask, beside):
    page = ask(people, "group=boss&q=S0&size=80")
    order = [row[0] for row in page.rows if row[-1] is None]
    assert beside(people, "group=boss&q=S0", order[0]).previous is None
    found = beside(people, "group=boss&q=S0", order[7])
    assert (found.previous, found.following) == (order[6], order[8])
    assert (found.place, found.total) == (8, len(order))


def test_a_record_that_the_list_does_not_hold_has_no_neighbours(people, staff, beside):
    assert beside(people, "q=nobody", staff[0]) is None
    assert beside(people, "", 2_000_000) is None


def test_beyond_the_bound_the_place_is_not_counted(people, staff, beside, monkeypatch):
    monkeypatch.setattr(list_walk, "COUNTED", 10)
    found = beside(people, "q=S0", staff[20])
    assert found.place is None
    assert (found.previous, found.following) == (staff[19], staff[21])


def test_two_statements_find_the_neighbours(people, staff, beside, statements):
    with statements() as sent:
        beside(people, "q=S0&sort=superior", staff[20])
    selects = [one for one in sent if one.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len([one for one in selects if "core_employee" in one]) == 2
