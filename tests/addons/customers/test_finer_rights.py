"""One verb at a time, as a policy with finer rights than the default one gives them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from addons.customers import hand_over, queries, stage_moves
from addons.customers.models import Contact, Customer, StageMove
from addons.customers.stages import Stage
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.clock import today
from core.errors import NotAllowed, NotFound
from core.events.models import StoredEvent
from core.unit_of_work import unit_of_work

SYSTEM = system_actor("test")


@pytest.fixture
def account(house, make):
    key = make.customers.customer(
        "Of Ann", manager=house.ann.employee, since=today() - timedelta(days=9)
    )
    make.customers.contact(key, "Somebody")
    return key


def acts_of(session, action):
    """Return what people did, not what the system set up before."""
    acts = select(AuditEntry).where(AuditEntry.action == action)
    return session.scalars(acts.where(AuditEntry.actor_user_id.is_not(None))).all()


def test_a_hand_over_needs_assign_and_no_elevation(house, as_, grant, account):
    grant(house.bob, {"query", "assign"}, house.first_room, house.second_room)
    with as_(house.bob):
        hand_over.hand_over([account], to_employee_id=house.bob.employee.id, reason="分工调整")
    with as_(house.bob) as session:
        assert session.get(Customer, account).scope_org_id == house.second_room.id
        assert session.scalars(select(Contact.name)).all() == ["Somebody"]
    with unit_of_work(SYSTEM) as session:
        assert acts_of(session, "access.elevate") == []
        told = [one for one in acts_of(session, "update") if one.record_id == account]
        assert [(one.actor_user_id, one.reason) for one in told] == [
            (house.bob.user.id, "分工调整")
        ]
        event = session.scalars(select(StoredEvent)).one()
        assert event.payload == {"from": house.ann.employee.id, "to": house.bob.employee.id}


def test_assign_changes_nothing_else_of_an_account(house, as_, grant, account):
    grant(house.bob, {"query", "assign"}, house.first_room, house.second_room)
    with pytest.raises(NotAllowed), as_(house.bob) as session:
        customer = session.get(Customer, account)
        customer.scope_owner_id = house.bob.employee.id
        customer.scope_org_id = house.second_room.id
        customer.grade = "A"
    with as_(house.ann) as session:
        assert session.get(Customer, account).scope_owner_id == house.ann.employee.id


def test_update_moves_a_stage_and_writes_its_history(house, as_, grant, account):
    grant(house.bob, {"query", "update"}, house.first_room)
    with as_(house.bob):
        stage_moves.move_stage(account, Stage.RELATIONSHIP)
    with as_(house.bob):
        assert len(queries.stage_history(account)) == 3


def test_neither_seeing_nor_assigning_writes_history(house, as_, grant, account):
    grant(house.bob, {"query", "assign"}, house.first_room)
    with pytest.raises(NotAllowed), as_(house.bob):
        stage_moves.move_stage(account, Stage.RELATIONSHIP)
    with pytest.raises(NotAllowed), as_(house.bob) as session:
        customer = session.get(Customer, account)
        session.add(stage_moves._move(customer, None, "signed", today(), sequence=9))


def test_correct_changes_the_date_of_a_step_and_nothing_else(house, as_, grant, account):
    grant(house.bob, {"query", "correct"}, house.first_room)
    day = today() - timedelta(days=20)
    with as_(house.bob) as session:
        step = session.scalars(select(StageMove)).one()
        stage_moves.correct_stage_date(step.id, day, reason="记错")
    with as_(house.bob) as session:
        assert session.get(Customer, account).stage_since == day
        assert acts_of(session, "access.elevate") == []
    with pytest.raises(NotAllowed), as_(house.bob) as session:
        session.get(Customer, account).stage = Stage.SIGNED


def test_a_step_is_not_corrected_through_the_page_of_another_account(house, as_, make, account):
    other = make.customers.customer("Of Bob", manager=house.bob.employee)
    with as_(house.head) as session:
        step = session.scalars(select(StageMove.id).where(StageMove.customer_id == account)).one()
    with pytest.raises(NotFound), as_(house.head):
        stage_moves.correct_stage_date(step, today(), reason="x", of_customer=other)
