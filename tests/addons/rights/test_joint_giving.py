"""A site may let it take several people to give a duty, or to end a denial."""

import pytest
from sqlalchemy import func, select

from addons.rights import assignments
from addons.rights.assignments import AssignmentFields
from addons.rights.models import Assignment
from core.actor import system_actor
from core.consent import services as consents
from core.consent.acts import ConsentNeeded
from core.consent.trials import standing
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
PASSWORD = "correct horse battery"


@pytest.fixture
def two(office, make):
    """Let it take two to give a duty and to end a denial; return a second administrator."""
    with unit_of_work(SYSTEM) as session:
        set_value(session, "rights.several_assign", "2")
        set_value(session, "rights.several_end_denial", "2")
    return make.actor(make.administrator("second"))


def number_of_assignments():
    with read_only(SYSTEM) as session:
        return session.scalar(select(func.count()).select_from(Assignment))


def ask(actor, act):
    with unit_of_work(actor), pytest.raises(ConsentNeeded) as needed:
        act()
    with unit_of_work(actor):
        return consents.ask(needed.value.act.name, needed.value.payload, "项目需要").id


def agree(actor, number):
    with read_only(actor):
        return consents.agree(number, standing(number).basis)


def test_a_duty_is_given_with_all_that_was_asked_for(office, duty, accounts, seen, two):
    look = duty("look", {"customers.customer": ["query"]})
    before = number_of_assignments()
    fields = AssignmentFields(
        duty_id=look,
        subject="user",
        subject_id=office.bob.user.id,
        ranges={},
        weekly_hours=None,
        reason="顶岗",
    )
    number = ask(office.boss.actor, lambda: assignments.assign(fields))
    assert number_of_assignments() == before
    assert "ann-a" not in seen(office.bob)
    assert agree(two, number) is True
    assert number_of_assignments() == before + 1
    assert "ann-a" in seen(office.bob)
    with read_only(SYSTEM) as session:
        made = session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
        assert (made.reason, made.given_by) == ("顶岗", "Boss")


def test_a_denial_is_stored_alone_and_ended_by_two(office, duty, accounts, seen, two):
    look = duty("look", {"customers.customer": ["query"]})
    fields = AssignmentFields(
        duty_id=look, subject="user", subject_id=office.ann.user.id, allow=False
    )
    with unit_of_work(office.boss.actor):
        denial = assignments.assign(fields).id
    assert seen(office.ann) == set()
    number = ask(office.boss.actor, lambda: assignments.end(denial, reason="查清"))
    assert seen(office.ann) == set()
    assert agree(two, number) is True
    assert seen(office.ann) == {"ann-a", "ann-b"}


def test_the_receiver_who_manages_rights_cannot_agree_to_the_own_gain(
    office, duty, give, accounts, two
):
    """Nobody but administrators gives in their own favour, and agreeing is no way round it."""
    manage = duty("manage", {"rights.assignment": ["query", "create"]})
    look = duty("look", {"customers.customer": ["query"]})
    with unit_of_work(SYSTEM) as session:
        set_value(session, "rights.several_assign", "1")
    give(manage, "user", office.ann.user.id)
    with unit_of_work(SYSTEM) as session:
        set_value(session, "rights.several_assign", "2")
    fields = AssignmentFields(duty_id=look, subject="user", subject_id=office.ann.user.id)
    number = ask(office.boss.actor, lambda: assignments.assign(fields))
    with read_only(office.ann.actor):
        found = standing(number)
    assert found.barred
    assert not found.may_say
    assert agree(two, number) is True


def test_the_builder_asks_for_password_and_then_for_others(office, duty, login, two):
    look = duty("look", {"customers.customer": ["query"]})
    client = login(office.boss.user)
    form = {
        "duty_id": look,
        "subject": "user",
        "user_id": office.bob.user.id,
        "allow": "yes",
        "step": "give",
        "reason": "顶岗",
    }
    before = number_of_assignments()
    assert client.submit("/rights/assign", form).status_code == 422
    answer = client.submit("/rights/assign", form | {"password": PASSWORD})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "顶岗" in page  # the reason that was typed already
    assert number_of_assignments() == before
