"""A site may let it take several people to widen rights, by whatever way."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from addons.customers.services import delete_customer
from addons.rights import assignments, duties, grades
from addons.rights.assignments import AssignmentFields
from addons.rights.delegations import DelegationFields, delegate
from addons.rights.duties import DutyFields
from addons.rights.models import Assignment
from core.actor import system_actor
from core.clock import now
from core.consent import services as consents
from core.consent.acts import ConsentNeeded
from core.consent.trials import standing
from core.errors import NotAllowed, NotFound, Refused
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
SETTING = "rights.several_widen"
PASSWORD = "correct horse battery"


@pytest.fixture
def two(office, make):
    """Let it take two to give a duty and to end a denial; return a second administrator."""
    with unit_of_work(SYSTEM) as session:
        set_value(session, SETTING, "2")
    return make.actor(make.administrator("second"))


def number_of_assignments():
    with read_only(SYSTEM) as session:
        return session.scalar(select(func.count()).select_from(Assignment))


def ask(actor, act):
    with unit_of_work(actor), pytest.raises(ConsentNeeded) as needed:
        act()
    with unit_of_work(actor):
        return consents.ask(needed.value.act.name, needed.value.payload, "项目需要")[0].id


def agree(actor, number):
    with read_only(actor):
        return consents.agree(number)


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
        set_value(session, SETTING, "1")
    give(manage, "user", office.ann.user.id)
    with unit_of_work(SYSTEM) as session:
        set_value(session, SETTING, "2")
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


def test_no_other_way_of_widening_is_left_to_one_person(office, duty, accounts, seen, two):
    """A duty that is held, a grade, an exclusion that is lifted: all under the one setting."""
    held = duty("held", {"customers.customer": ["analyse"]})
    free = duty("free", {"customers.customer": ["analyse"]})
    with unit_of_work(SYSTEM):
        fields = AssignmentFields(duty_id=held, subject="user", subject_id=office.bob.user.id)
        assignments.assign(fields)
        duties.exclude(held, free)
        senior = grades.create_grade("SR", {"zh": "高级", "en": "Senior"}).id
    wide = {"customers.customer": ["query"]}
    number = ask(office.boss.actor, lambda: duties.update_duty(held, more("held", wide)))
    for act in (
        lambda: duties.include(held, free),
        lambda: grades.set_grade(office.bob.employee.id, senior),
    ):
        with unit_of_work(office.boss.actor), pytest.raises(ConsentNeeded):
            act()
    with unit_of_work(office.boss.actor):  # nobody holds it: giving it is asked for later
        duties.update_duty(free, more("free", wide))
    assert "ann-a" not in seen(office.bob)
    assert agree(two, number) is True
    assert "ann-a" in seen(office.bob)


def test_what_a_duty_gives_cannot_be_changed_behind_those_who_agree(office, duty, accounts, two):
    look = duty("look", {"customers.customer": ["analyse"]})
    fields = AssignmentFields(duty_id=look, subject="user", subject_id=office.bob.user.id)
    number = ask(office.boss.actor, lambda: assignments.assign(fields))
    with unit_of_work(office.boss.actor):  # nobody holds it yet, so this takes one person
        duties.update_duty(look, more("look", {"customers.customer": ["query", "delete"]}))
    with pytest.raises(Refused):
        agree(two, number)


def test_those_who_agree_read_who_gets_what(office, duty, login, make, two):
    look = duty("look", {"customers.customer": ["query"]})
    fields = AssignmentFields(duty_id=look, subject="user", subject_id=office.bob.user.id)
    number = ask(office.boss.actor, lambda: assignments.assign(fields))
    reader = make.administrator("third", locale="en")
    page = login(reader).get(f"/consents/{number}").get_data(as_text=True)
    assert "look – Bob" in page


def more(code, grants):
    return DutyFields(code=code, name={"zh": code, "en": code}, grants=grants)


def test_a_substitute_has_no_voice_by_the_others_right(office, duty, give, accounts, make):
    """What Ann lends to Bob is not a second person."""
    manage = duty("manage", {"customers.customer": ["query", "delete"]})
    given = give(manage, "user", office.ann.user.id)
    with unit_of_work(SYSTEM) as session:
        set_value(session, "customers.several_delete_customer", "2")
        delegate(
            DelegationFields(
                from_user_id=office.ann.user.id,
                to_user_id=office.bob.user.id,
                assignments=[given],
                valid_from=now() - timedelta(hours=1),
                valid_to=now() + timedelta(days=1),
                reason="休假",
            )
        )
    bare = accounts["ann-b"]
    with unit_of_work(office.bob.actor), pytest.raises(ConsentNeeded):  # Bob may, as substitute
        delete_customer(bare)
    number = ask(office.ann.actor, lambda: delete_customer(bare))
    with read_only(office.bob.actor):
        found = standing(number)
    assert found.barred
    assert not found.may_say
    with pytest.raises((Refused, NotFound, NotAllowed)):
        agree(office.bob.actor, number)
    assert agree(office.boss.actor, number) is True
