"""What may be offered is what the flush takes, for every kind of range."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from addons.customers.fields import CustomerFields
from addons.customers.models import Customer
from addons.customers.services import new_customer
from core.access.places import places_for
from core.access.policy import recompile
from core.accounts.models import User
from core.actor import system_actor
from core.clock import today
from core.errors import NotAllowed
from core.unit_of_work import current_session, unit_of_work


def taken_by_the_flush(session, owner, unit):
    """Tell whether a new account with this place passes, and leave nothing behind."""
    with session.begin_nested() as inside:
        fields = CustomerFields(name="X")
        session.add(new_customer(fields, owner=(owner, unit), code="X", since=today()))
        try:
            session.flush()
        except NotAllowed:
            return False
        finally:
            inside.rollback()
    return True


@pytest.mark.parametrize("ranges", ["own", "room", "department", "everything", "large"])
def test_a_place_is_offered_exactly_if_the_flush_takes_it(house, as_, grant, make, ranges):
    units = {
        "room": (house.first_room,), "department": (house.department,),
        "large": tuple(make.unit(f"Room {n}") for n in range(60)),
    }.get(ranges, ())  # fmt: skip
    if units:
        grant(house.bob, {"create", "query"}, *units)
    people = [house.ann, house.bob, house.head, house.administrator]
    who = house.administrator if ranges == "everything" else house.bob
    places = [(None, None), *((one.employee.id, one.employee.unit_id) for one in people)]
    places += [(None, unit.id) for unit in units[-1:]]
    with as_(who):
        session = current_session()
        offered = {place for place in places if places_for(Customer)(place)}
        taken = {place for place in places if taken_by_the_flush(session, *place)}
    assert offered == taken
    assert offered


def managers_offered(page):
    """Return the words of the options of the manager's field."""
    (field,) = re.findall(r'<select[^>]*name="manager_id".*?</select>', page, re.DOTALL)
    return {unescape(words).split(" ")[0] for words in re.findall(r">([^<]+)</option>", field)}


def test_a_manager_is_offered_only_those_for_whom_accounts_may_be_entered(house, login, grant):
    offered = managers_offered(login(house.ann.user).get("/customers/new").get_data(as_text=True))
    assert "Ann" in offered
    assert not offered & {"Bob", "Head"}
    grant(house.ann, {"create", "query"}, house.second_room)
    offered = managers_offered(login(house.ann.user).get("/customers/new").get_data(as_text=True))
    assert {"Ann", "Bob"} <= offered
    assert "Head" not in offered


def count(session):
    return session.scalar(select(func.count()).select_from(Customer))


def test_a_manager_out_of_range_is_refused_beside_the_field_and_nothing_typed_is_lost(
    house, login, as_, monkeypatch
):
    """The picker does not offer Bob; the right may have gone while the form stood open."""
    everybody = [(house.bob.employee.id, "Bob"), (house.ann.employee.id, "Ann")]
    monkeypatch.setattr("addons.customers.forms.employee_choices", lambda *_a, **_k: everybody)
    typed = {"name": "Typed Bank", "notes": "half a page", "manager_id": house.bob.employee.id}
    answer = login(house.ann.user).submit("/customers/new", typed)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Account manager: You may not create customers for this person" in page
    assert 'value="Typed Bank"' in page
    assert "half a page" in page
    with as_(house.administrator) as session:
        assert count(session) == 0


@pytest.fixture
def nobody(make):
    """Return a user behind whom no employee stands."""
    user = make.user("outside", locale="en")
    with unit_of_work(system_actor("test")) as session:
        session.get_one(User, user.id).employee_id = None
        recompile(session, [user.id])
    return user


def test_who_is_nobody_here_is_told_to_name_a_manager(house, login, nobody, grant, monkeypatch):
    assert login(nobody).get("/customers/new").status_code == 403
    monkeypatch.setattr(house.ann, "user", nobody)
    grant(house.ann, {"create", "query"}, house.first_room)
    answer = login(nobody).submit("/customers/new", {"name": "Nobody's Bank"})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "without a manager would lie outside your range" in page
    assert managers_offered(page) >= {"Ann"}


def test_a_hand_over_and_a_leaving_name_their_own_fields(house, login, make, grant):
    key = make.customers.customer("Mine", manager=house.ann.employee)
    grant(house.ann, {"assign", "query"}, house.first_room)
    ann = login(house.ann.user)
    sent = {"ids": key, "reason": "moved", "to_employee_id": house.bob.employee.id}
    refused = ann.submit("/customers/hand-over/do", sent)
    page = unescape(refused.get_data(as_text=True))
    assert refused.status_code == 422
    assert "New account manager: This person is outside the range" in page
    grant(house.bob, {"*"}, resource="core.employee")
    grant(house.bob, {"assign", "query"}, house.first_room)
    path = f"/admin/organisation/employees/{house.ann.employee.id}/leave"
    seen = {"reason": "gone", "row_version": house.ann.employee.row_version}
    left = login(house.bob.user).submit(path, {**seen, "successor_id": house.head.employee.id})
    page = unescape(left.get_data(as_text=True))
    assert left.status_code == 422
    assert 'href="#successor_id"' in page
    assert "This person is outside the range" in page
