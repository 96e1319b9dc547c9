"""Somebody leaves: the accounts go to a successor, or explicitly stay; all at once or nothing."""

import pytest
from sqlalchemy import select

from addons.customers import queries
from addons.customers.models import Customer
from core.accounts.models import LoginSession, User
from core.accounts.sessions import start_session
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.audit.models import AuditEntry
from core.errors import NotAllowed, Refused
from core.events.models import StoredEvent
from core.organisation import leaving
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import unit_of_work

SYSTEM = system_actor("test")
GONE = "has left"


@pytest.fixture
def accounts(house, make):
    """Three accounts of Ann, who is signed in, and one of Bob."""
    mine = [make.customers.customer(f"A{n}", manager=house.ann.employee) for n in range(3)]
    make.customers.customer("Of Bob", manager=house.bob.employee)
    with unit_of_work(SYSTEM) as session:
        start_session(session, session.get_one(User, house.ann.user.id))
    return mine


def standing(house):
    """Return whether Ann works here, may sign in, is signed in; and whose the accounts are."""
    with unit_of_work(SYSTEM) as session:
        ann = session.get_one(Employee, house.ann.employee.id).active
        login = session.get_one(User, house.ann.user.id).active
        ended = session.scalars(
            select(LoginSession.ended_at).where(LoginSession.user_id == house.ann.user.id)
        ).one()
        owners = session.scalars(
            select(Customer.scope_owner_id).where(Customer.name.like("A_")).order_by(Customer.id)
        ).all()
    return ann, login, ended is None, set(owners)


def untouched(house):
    return (True, True, True, {house.ann.employee.id})


def test_leaving_hands_over_closes_the_login_and_tells_why(house, as_, accounts):
    bob = house.bob.employee
    with as_(house.administrator) as session:
        leaving.leave(session, house.ann.employee.id, successor_id=bob.id, reason=GONE)
    assert standing(house) == (False, False, False, {bob.id})
    with as_(house.bob):
        assert queries.customer(accounts[0]).scope_org_id == house.second_room.id
    with unit_of_work(SYSTEM) as session:
        reasons = session.scalars(
            select(AuditEntry.reason).where(
                AuditEntry.resource == "customers.customer",
                AuditEntry.action == "update",
                AuditEntry.actor_user_id == house.administrator.user.id,
            )
        ).all()
        told = session.scalars(
            select(StoredEvent).where(StoredEvent.type == "customers.handed_over")
        ).all()
    assert reasons == [GONE] * 3
    assert [one.payload["to"] for one in told] == [bob.id] * 3


def test_what_stays_must_be_said(house, as_, accounts):
    ann, bob = house.ann.employee.id, house.bob.employee.id
    for choice in ({}, {"keep": True, "successor_id": bob}):
        with pytest.raises(Refused) as refused, as_(house.administrator) as session:
            leaving.leave(session, ann, reason=GONE, **choice)
        assert "successor_id" in refused.value.fields
        assert standing(house) == untouched(house)
    with as_(house.administrator) as session:
        leaving.leave(session, ann, keep=True, reason=GONE)
    assert standing(house) == (False, False, False, {ann})


def test_somebody_who_left_and_the_leaver_take_nothing_over(house, as_, make, accounts):
    former = make.employee("Former", unit=house.first_room)
    with unit_of_work(SYSTEM) as session:
        leaving.leave(session, former.id)
    for wrong in (former.id, house.ann.employee.id, 999_999):
        with pytest.raises(Refused) as refused, as_(house.administrator) as session:
            leaving.leave(session, house.ann.employee.id, successor_id=wrong, reason=GONE)
        assert "successor_id" in refused.value.fields
    assert standing(house) == untouched(house)


def test_nothing_is_half_done_when_a_part_fails(house, as_, accounts, monkeypatch):
    def fail(*_arguments):
        raise Refused("the login cannot be closed")

    monkeypatch.setattr(leaving, "switch_off_leaver", fail)
    with pytest.raises(Refused), as_(house.administrator) as session:
        leaving.leave(
            session, house.ann.employee.id, successor_id=house.bob.employee.id, reason=GONE
        )
    assert standing(house) == untouched(house)


def test_who_may_not_assign_everything_lets_nobody_leave(house, as_, accounts, grant):
    """The right over people alone does not move accounts, nor leave some behind unnoticed."""
    grant(house.bob, {"*"}, resource="core.employee")
    with pytest.raises(NotAllowed), as_(house.bob) as session:
        leaving.leave(
            session, house.ann.employee.id, successor_id=house.bob.employee.id, reason=GONE
        )
    with unit_of_work(SYSTEM) as session:
        session.get(Customer, accounts[2]).scope_org_id = house.department.id
    grant(house.bob, {"assign", "query"}, house.first_room, house.second_room)
    with pytest.raises(Refused, match="2"), as_(house.bob) as session:
        leaving.leave(
            session, house.ann.employee.id, successor_id=house.bob.employee.id, reason=GONE
        )
    assert standing(house) == untouched(house)


def test_the_page_counts_asks_and_does_it(house, login, accounts):
    admin = login(house.administrator.user)
    path = f"/admin/organisation/employees/{house.ann.employee.id}/leave"
    asked = admin.get(path).get_data(as_text=True)
    assert "<dt>3</dt>" in asked
    assert "ann" in asked
    assert standing(house) == untouched(house)
    seen = {"reason": GONE, "row_version": house.ann.employee.row_version}
    assert admin.submit(path, seen).status_code == 422
    chosen = seen | {"successor_id": house.bob.employee.id}
    assert admin.submit(path, chosen | {"row_version": 77}).status_code == 409
    assert standing(house) == untouched(house)
    assert admin.submit(path, chosen).status_code == 303
    assert standing(house) == (False, False, False, {house.bob.employee.id})


def test_the_page_names_what_stands_in_the_way_and_offers_no_button(house, login, accounts):
    with unit_of_work(SYSTEM) as session:
        session.get_one(OrgUnit, house.first_room.id).head_employee_id = house.ann.employee.id
    path = f"/admin/organisation/employees/{house.ann.employee.id}/leave"
    page = login(house.administrator.user).get(path).get_data(as_text=True)
    assert "heads 市场开拓室" in page
    assert "btn-bad" not in page


def test_an_add_on_that_is_off_is_named_and_its_tables_are_not_touched(house, as_, accounts):
    with acting_as(SYSTEM):
        lifecycle.disable("customers", reason="test")
    registry().switchboard.forget()
    with as_(house.administrator) as session:
        assert leaving.owned_by(house.ann.employee.id) == []
        assert leaving.switched_off() == ["Customer"]
        leaving.leave(session, house.ann.employee.id, reason=GONE)
    assert standing(house) == (False, False, False, {house.ann.employee.id})
