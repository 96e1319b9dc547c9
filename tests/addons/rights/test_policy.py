"""What assignments mean: the very rows that people see, by subject, range, verb and period."""

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from addons.customers import queries, services
from addons.customers.fields import CustomerFields, fields_of
from addons.customers.models import CUSTOMER, Customer
from addons.rights import assignments, grades
from addons.rights.assignments import AssignmentFields
from addons.rights.models import Assignment, Subject
from core.access.models import KeyRange, KeyRangeKey
from core.access.policy import DEFAULT, drafts_now, recompile
from core.access.upkeep import keep_up
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.errors import NotAllowed, NotFound, Refused
from core.organisation import services as organisation
from core.organisation import staff
from core.unit_of_work import current_unit, unit_of_work

LOOK = {"customers.customer": ["query"]}


def test_switching_the_add_on_on_changes_nobodys_rights(office, app):
    with unit_of_work(office.boss.actor) as session:
        (policy,) = registry().every("policies")
        own = {_shape(draft) for draft in drafts_now(session, policy, None)}
        built_in = {_shape(draft) for draft in drafts_now(session, DEFAULT, None)}
    managed = {one for one in own if one[1].startswith(("core.", "rights.")) and one[0]}
    assert own - managed == built_in


def _shape(draft):
    ranges = tuple(sorted((key, keys.listed, keys.rules) for key, keys in draft.ranges.items()))
    actions = tuple(sorted(draft.actions))
    return draft.user_id, draft.resource, actions, draft.allow, ranges, draft.owner_self


def test_a_person_gets_just_the_verbs_and_the_rows(office, seen, allow):
    assert seen(office.ann) == {"ann-a", "ann-b"}
    allow(
        Subject.USER,
        office.ann.user.id,
        ranges={"org": [{"kind": "unit", "id": office.second_room.id, "below": False}]},
    )
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-a", "bob-0"}
    assert seen(office.ann, "update") == {"ann-a", "ann-b"}
    assert seen(office.bob) == {"bob-a", "bob-0"}


def test_all_dimensions_that_are_named_must_hold(office, seen, allow):
    ranges = {
        "org": [{"kind": "unit", "id": office.department.id, "below": True}],
        "customer": [{"kind": "rule", "all": {"grade": ["A"], "region": ["S"]}}],
    }
    allow(Subject.USER, office.ann.user.id, ranges=ranges)
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-a"}


def test_a_rule_follows_the_records_in_their_own_commit(office, as_, seen, allow, accounts):
    rule = {"customer": [{"kind": "rule", "all": {"grade": ["A"]}}]}
    allow(Subject.USER, office.ann.user.id, ranges=rule)
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-a"}
    with as_(office.bob):
        one = queries.customer(accounts["bob-0"])
        fields = fields_of(one)
        fields = type(fields)(**{**{k: getattr(fields, k) for k in fields.__slots__}, "grade": "A"})
        services.update_customer(one.id, fields, row_version=one.row_version)
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-a", "bob-0"}
    with as_(office.bob):
        one = queries.customer(accounts["bob-a"])
        fields = fields_of(one)
        fields = type(fields)(**{**{k: getattr(fields, k) for k in fields.__slots__}, "grade": "C"})
        services.update_customer(one.id, fields, row_version=one.row_version)
        made = services.create_customer(CustomerFields(name="New A", grade="A")).id
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-0", made}
    with as_(office.boss):
        services.delete_customer(made)
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-0"}


def test_many_at_once_are_followed_too(office, as_, seen, allow):
    from addons.customers.many import Draft, create_customers

    rule = {"customer": [{"kind": "rule", "all": {"grade": ["D"]}}]}
    allow(Subject.USER, office.ann.user.id, ranges=rule)
    with as_(office.bob):
        many = [Draft(fields=CustomerFields(name=f"Many {n}", grade="D")) for n in range(3)]
        made = {one.id for one in create_customers(many)}
    assert seen(office.ann) == {"ann-a", "ann-b", *made}


def test_single_records_can_be_named(office, seen, accounts, allow):
    ranges = {"customer": [{"kind": "record", "id": accounts["bob-0"]}]}
    allow(Subject.USER, office.ann.user.id, ranges=ranges)
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-0"}


def test_a_denial_wins(office, seen, duty, allow, give):
    allow(Subject.EVERYONE)
    assert len(seen(office.ann)) == 4
    ranges = {"customer": [{"kind": "rule", "all": {"grade": ["A"]}}]}
    give(duty("never", LOOK), Subject.USER, office.ann.user.id, allow=False, ranges=ranges)
    assert seen(office.ann) == {"ann-b", "bob-0"}
    assert len(seen(office.bob)) == 4


def test_a_position_gives_its_rights_at_the_next_request(office, as_, seen, allow):
    allow(Subject.POSITION, office.seller.id)
    assert seen(office.ann) == {"ann-a", "ann-b"}
    with as_(office.boss) as session:
        _move(session, office.ann.employee.id, position_id=office.seller.id)
    assert len(seen(office.ann)) == 4
    with as_(office.boss) as session:
        _move(session, office.ann.employee.id, position_id=None)
    assert seen(office.ann) == {"ann-a", "ann-b"}


def test_a_grade_gives_its_rights(office, as_, seen, allow):
    with as_(office.boss):
        senior = grades.create_grade("senior", {"zh": "高级", "en": "Senior"}).id
    allow(Subject.GRADE, senior)
    with as_(office.boss):
        grades.set_grade(office.ann.employee.id, senior)
    assert len(seen(office.ann)) == 4
    with as_(office.boss):
        grades.set_grade(office.ann.employee.id, None)
    assert seen(office.ann) == {"ann-a", "ann-b"}


def test_reports_count_at_any_depth_and_follow_a_new_superior(office, as_, seen, allow):
    allow(Subject.USER, office.ann.user.id,
        ranges={"owner": [{"kind": "reports"}]},
    )  # fmt: skip
    assert seen(office.ann) == {"ann-a", "ann-b"}
    with as_(office.boss) as session:
        _move(session, office.head.employee.id, superior_id=office.ann.employee.id)
        _move(session, office.bob.employee.id, superior_id=office.head.employee.id)
    assert len(seen(office.ann)) == 4
    with as_(office.boss) as session:
        _move(session, office.bob.employee.id, superior_id=None)
    assert seen(office.ann) == {"ann-a", "ann-b"}


def test_units_below_follow_the_tree(office, as_, seen, allow):
    own = {"org": [{"kind": "own", "below": True}]}
    allow(Subject.USER, office.ann.user.id, ranges=own)
    assert seen(office.ann) == {"ann-a", "ann-b"}
    with as_(office.boss) as session:
        organisation.move_unit(session, office.second_room.id, office.first_room.id)
    assert len(seen(office.ann)) == 4


def test_only_some_verbs_of_a_duty(office, seen, duty, give):
    both = duty("both", {"customers.customer": ["query", "delete"]})
    give(both, Subject.USER, office.ann.user.id, verbs=["delete"])
    assert seen(office.ann) == {"ann-a", "ann-b"}
    assert len(seen(office.ann, "delete")) == 4


def test_analysing_is_not_seeing(office, as_, seen, duty, give):
    give(duty("sums", {CUSTOMER: ["analyse"]}), Subject.USER, office.ann.user.id)
    assert seen(office.ann) == {"ann-a", "ann-b"}
    with as_(office.ann) as session:
        counted = select(func.count()).select_from(Customer).execution_options(action="analyse")
        assert session.scalar(counted) == 4


def test_an_ended_assignment_counts_no_more_and_stays_on_record(office, as_, seen, allow):
    made = allow(Subject.USER, office.ann.user.id)
    assert len(seen(office.ann)) == 4
    with as_(office.boss):
        assignments.end(made, reason="no longer")
    assert seen(office.ann) == {"ann-a", "ann-b"}
    with as_(office.boss) as session:
        kept = session.get_one(Assignment, made)
        assert (kept.ended_by, kept.end_reason) == (office.boss.actor.label, "no longer")
    with pytest.raises(Refused), as_(office.boss):
        assignments.end(made)


def test_everybody_gets_what_everybody_is_given(office, as_, seen, allow, make):
    made = allow(Subject.EVERYONE)
    newcomer = make.user("late", unit=office.first_room)
    with unit_of_work(make.actor(newcomer)) as session:
        assert len(session.scalars(select(Customer.id)).all()) == 4
    with as_(office.boss):
        assignments.end(made)
    assert seen(office.ann) == {"ann-a", "ann-b"}


def test_nobody_gives_rights_without_the_right_to(office, as_, duty):
    given = duty("look", LOOK)
    fields = AssignmentFields(duty_id=given, subject=Subject.USER, subject_id=office.ann.user.id)
    for person in (office.ann, office.head):
        with pytest.raises(NotAllowed), as_(person):
            assignments.assign(fields)
    with pytest.raises(NotFound), as_(office.boss):
        assignments.assignment(999_999)


def test_administrators_cannot_lock_themselves_out(office, as_):
    with as_(office.boss) as session:
        for one in session.scalars(select(Assignment).where(Assignment.ended_at.is_(None))).all():
            assignments.end(one.id)
    with as_(office.boss):
        access = current_unit().access
        assert access.may("rights.assignment", "create")
        assert access.may("core.user", "configure")
        assert not access.may(CUSTOMER, "query")
    with as_(office.ann):
        assert not current_unit().access.may(CUSTOMER, "query")


def test_switched_off_the_built_in_rules_are_back(office, as_, seen, allow):
    allow(Subject.USER, office.ann.user.id)
    assert len(seen(office.ann)) == 4
    with acting_as(office.boss.actor):
        lifecycle.disable("rights")
    registry().switchboard.forget()
    assert seen(office.ann) == {"ann-a", "ann-b"}
    assert len(seen(office.head)) == 4
    with acting_as(office.boss.actor):
        lifecycle.enable("rights")
    registry().switchboard.forget()
    assert len(seen(office.ann)) == 4


def test_compiling_everybody_and_compiling_one_come_to_the_same(office, as_, seen, allow):
    allow(Subject.HEADS, ranges={"org": [{"kind": "headed"}]})
    one_by_one = {name: seen(getattr(office, name)) for name in ("ann", "bob", "head", "boss")}
    with as_(office.boss) as session:
        recompile(session)
    assert {name: seen(getattr(office, name)) for name in one_by_one} == one_by_one


def _move(session, employee_id, **values):
    person = staff.load_employee(session, employee_id)
    fields = {
        name: getattr(person, name)
        for name in ("code", "name", "unit_id", "position_id", "superior_id", "email", "phone")
    }
    staff.update_employee(session, employee_id, staff.EmployeeFields(**{**fields, **values}))


def test_the_preview_of_switching_off_says_who_changes(office, allow, duty, give, accounts):
    correct = duty("correct", {"customers.customer": ["correct"]})
    allow(Subject.USER, office.ann.user.id)
    give(correct, Subject.USER, office.bob.user.id)
    give(duty("all", {"*": ["query"]}), Subject.HEADS, allow=False)
    with acting_as(office.boss.actor):
        said = {str(line.words): line.count for line in lifecycle.look("disable", "rights").ends}
    (losing,) = (one for one in said if one.startswith("people lose"))
    (gaining,) = (one for one in said if one.startswith("people gain"))
    assert losing == "people lose rights: Ann, Bob"  # she rows, he a verb
    assert gaining == "people gain rights: Head"
    assert said[losing] == 2
    assert said[gaining] == 1


def test_a_set_that_does_not_hold_what_its_rule_finds_is_repaired(office, seen, allow, accounts):
    allow(
        Subject.USER,
        office.ann.user.id,
        ranges={"customer": [{"kind": "rule", "all": {"grade": ["A"]}}]},
    )
    assert "bob-a" in seen(office.ann)
    with unit_of_work(system_actor("a fault")) as session:
        ruled = select(KeyRange.id).where(KeyRange.rule.is_not(None))
        mine = (KeyRangeKey.key == accounts["bob-a"]) & KeyRangeKey.set_id.in_(ruled)
        session.execute(update(KeyRangeKey).where(mine).values(key=999_999))
    assert "bob-a" not in seen(office.ann)
    with unit_of_work(system_actor("night")) as session:
        keep_up(SimpleNamespace(session=session))
    assert "bob-a" in seen(office.ann)
    with unit_of_work(system_actor("night")) as session:
        assert 999_999 not in set(session.scalars(select(KeyRangeKey.key)))
