"""Nobody rises by giving, administrators stay in, and nothing widens without the password."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from addons.customers.models import Customer
from addons.rights import assignments, duties, grades
from addons.rights.assignments import AssignmentFields
from addons.rights.duties import DutyFields
from addons.rights.models import Duty, Subject
from core.clock import now, today
from core.errors import Refused
from core.organisation import services as organisation
from core.organisation import staff
from core.unit_of_work import current_unit, unit_of_work

LOOK = {"customers.customer": ["query"]}


@pytest.fixture
def giver(office, duty, give):
    """Let Ann give duties, change them and set grades, without being an administrator."""
    verbs = {
        "rights.assignment": ["query", "create", "delete"],
        "rights.duty": ["query", "update"],
        "rights.grade": ["query", "configure"],
    }
    give(duty("giving", verbs), Subject.USER, office.ann.user.id)
    return office.ann


def _duty_id(office, code):
    with unit_of_work(office.boss.actor) as session:
        return session.scalar(select(Duty.id).where(Duty.code == code))


def test_who_may_give_makes_nobody_an_administrator_and_gives_oneself_nothing(
    office, as_, giver, duty
):
    look, everything = duty("look", LOOK), _duty_id(office, "administration")
    for duty_id, subject, key in (
        (everything, Subject.USER, office.bob.user.id),
        (_duty_id(office, "giving"), Subject.USER, office.bob.user.id),
        (look, Subject.USER, giver.user.id),
        (look, Subject.EVERYONE, None),
    ):
        fields = AssignmentFields(duty_id=duty_id, subject=subject, subject_id=key)
        with pytest.raises(Refused), as_(giver):
            assignments.assign(fields)
    with as_(giver):
        fields = AssignmentFields(duty_id=look, subject=Subject.USER, subject_id=office.bob.user.id)
        assert assignments.assign(fields).id


def test_who_may_change_duties_does_not_rise_by_it(office, as_, giver, duty, give):
    look = duty("look", LOOK)
    give(look, Subject.USER, giver.user.id)
    names = {"zh": "看", "en": "Look"}
    for grants in (
        {"*": ["query"]},
        {"core.user": ["configure"]},
        {**LOOK, "customers.contact": ["*"]},
    ):
        with pytest.raises(Refused), as_(giver):
            duties.update_duty(look, DutyFields(code="look", name=names, grants=grants))
    correcting = _duty_id(office, "correcting")  # denied to everybody
    with pytest.raises(Refused), as_(giver):
        duties.update_duty(correcting, DutyFields(code="correcting", name=names, grants={}))


def test_who_may_set_grades_does_not_set_the_own_one(office, as_, giver):
    with as_(office.boss):
        senior = grades.create_grade("senior", {"zh": "高级"}).id
    with pytest.raises(Refused), as_(giver):
        grades.set_grade(giver.employee.id, senior)
    with as_(giver):
        grades.set_grade(office.bob.employee.id, senior)


@pytest.mark.parametrize("subject", [Subject.EVERYONE, Subject.ADMINISTRATORS])
def test_no_denial_locks_administrators_out(office, as_, give, subject):
    give(_duty_id(office, "administration"), subject, allow=False)
    with as_(office.boss):
        access = current_unit().access
        assert access.may("rights.assignment", "delete")
        assert access.may("core.addon", "configure")
        assert not access.may("customers.customer", "query")
    if subject == Subject.EVERYONE:
        with as_(office.ann):
            assert not current_unit().access.may("core.notification", "query")


@pytest.mark.parametrize("permitted", [True, False])
def test_units_below_given_to_everybody_follow_the_tree(office, give, duty, make, permitted):
    make.customers.customer(manager=office.bob.employee)
    if not permitted:
        give(duty("all", LOOK), Subject.EVERYONE)
    below = {"org": [{"kind": "unit", "id": office.first_room.id, "below": True}]}
    give(duty("look", LOOK), Subject.EVERYONE, ranges=below, allow=permitted)

    def seen():
        with unit_of_work(office.ann.actor) as session:
            return len(session.scalars(select(Customer.id)).all())

    assert seen() == int(not permitted)
    with unit_of_work(office.boss.actor) as session:
        organisation.move_unit(session, office.second_room.id, office.first_room.id)
    assert seen() == int(permitted)


def test_a_newcomer_reports_to_the_superior_at_once(office, as_, give, duty, make):
    give(
        duty("look", LOOK), Subject.USER, office.ann.user.id,
        ranges={"owner": [{"kind": "reports"}]},
    )  # fmt: skip
    with as_(office.boss) as session:
        fields = staff.EmployeeFields(
            code="NEW", name="New", unit_id=office.second_room.id,
            superior_id=office.ann.employee.id,
        )  # fmt: skip
        newcomer = staff.create_employee(session, fields)
    make.customers.customer(manager=newcomer)
    with as_(office.ann) as session:
        assert len(session.scalars(select(Customer.id)).all()) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"valid_from": (today() + timedelta(days=1)).isoformat()},
        {"days": [str((now() + timedelta(days=3)).weekday())]},
        {"verbs": "update"},
    ],
)
def test_whatever_gives_asks_for_the_password_seen_now_or_not(office, login, duty, more):
    values = {
        "duty_id": duty("both", {"customers.customer": ["query", "update"]}),
        "subject": "user", "user_id": office.ann.user.id, "allow": "yes", "step": "give",
    }  # fmt: skip
    refused = login(office.boss.user).submit("/rights/assign", data={**values, **more})
    assert refused.status_code == 422
    assert "give your password" in refused.get_data(as_text=True)


def test_taking_from_a_denied_duty_asks_for_the_password(office, login):
    key = _duty_id(office, "correcting")
    form = {"name-zh": "更正", "code": "correcting", "active": "y", "row_version": "1"}
    refused = login(office.boss.user).submit(f"/rights/duties/{key}/edit", data=form)
    assert refused.status_code == 422


def test_a_substitute_does_not_rise_by_what_the_delegator_gets(office, as_, giver, hand, allow):
    hand(office.bob, giver, allow(Subject.USER, office.bob.user.id))
    look = _duty_id(office, "look")
    more = DutyFields(
        code="look", name={"zh": "看", "en": "Look"},
        grants={"customers.customer": ["query", "update"]},
    )  # fmt: skip
    with pytest.raises(Refused) as refused, as_(giver):
        duties.update_duty(look, more)
    assert "give this to yourself" in str(refused.value.fields)
    with as_(giver):
        rank = grades.create_grade("g", {"zh": "级"}).id
    with pytest.raises(Refused), as_(giver):
        grades.set_grade(office.bob.employee.id, rank)
    with as_(giver):
        grades.set_grade(office.head.employee.id, rank)


def test_only_an_administrator_hands_on_everything_of_somebody_else(office, duty, give, hand):
    from addons.rights.delegation_models import DELEGATION

    give(duty("handing", {DELEGATION: ["query", "create"]}), Subject.USER, office.ann.user.id)
    every = give(duty("every", {"*": ["query"]}), Subject.USER, office.bob.user.id)
    with pytest.raises(Refused) as refused:
        hand(office.bob, office.head, every, by=office.ann)
    assert "Only an administrator" in str(refused.value.fields["assignments"])
    assert hand(office.bob, office.head, every, by=office.boss)
