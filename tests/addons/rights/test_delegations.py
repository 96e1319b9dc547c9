"""R11: a substitute has a subset, for a period, with no chain."""

from datetime import timedelta

import pytest

from addons.rights import delegations as service
from addons.rights import duties, grades
from addons.rights.assignments import end as end_assignment
from addons.rights.models import Subject
from core.accounts.services import set_user_active
from core.clock import now
from core.errors import Refused
from core.organisation import services as organisation
from core.organisation import staff
from core.organisation.leaving import leave
from core.unit_of_work import unit_of_work

LOOK = {"customers.customer": ["query"]}
CHANGE = {"customers.customer": ["query", "update"]}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_substitute_sees_what_is_the_delegators_own(office, seen, hand, own_work):
    assert seen(office.ann) == {"ann-a", "ann-b"}
    hand(office.bob, office.ann, own_work)
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-a", "bob-0"}
    assert seen(office.bob) == {"bob-a", "bob-0"}  # the delegator keeps it, and gets nothing


def test_ranges_mean_the_units_of_the_delegator(office, seen, hand, leading):
    hand(office.head, office.ann, leading)
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-a", "bob-0"}


def test_only_what_is_ticked_is_handed_on(office, seen, hand, allow, own_work):
    more = allow(Subject.USER, office.ann.user.id)
    hand(office.ann, office.bob, own_work)
    assert seen(office.bob) == {"bob-a", "bob-0", "ann-a", "ann-b"}
    hand(office.ann, office.head, more)
    assert seen(office.head, "update") == set()


def test_the_period_is_half_open_and_cut_with_the_assignments(office, seen, hand, frozen, allow):
    start = now().replace(microsecond=0) + DAY
    end, second = start + 4 * DAY, timedelta(seconds=1)
    given = allow(Subject.USER, office.ann.user.id, valid_from=start + DAY, valid_to=end + DAY)
    hand(office.ann, office.bob, given, valid_from=start, valid_to=end)
    edges = ((start, 2), (start + DAY - second, 2), (start + DAY, 4), (end - second, 4), (end, 2))
    for instant, number in edges:
        with frozen(instant):
            assert len(seen(office.bob)) == number, instant


def test_weekly_hours_of_the_assignment_bind_the_substitute(office, seen, hand, allow, frozen):
    given = allow(Subject.USER, office.ann.user.id, weekly_hours={"0": [["08:30", "17:30"]]})
    hand(office.ann, office.bob, given, valid_to=now() + 30 * DAY)
    monday = now().replace(hour=2, minute=0) + timedelta(days=(7 - now().weekday()) % 7 or 7)
    with frozen(monday):  # ten o'clock in Shanghai
        assert len(seen(office.bob)) == 4
    with frozen(monday + DAY):
        assert len(seen(office.bob)) == 2


def test_no_chain(office, seen, hand, allow):
    given = allow(Subject.USER, office.head.user.id)
    hand(office.head, office.ann, given)
    with unit_of_work(office.ann.actor):
        assert given not in {one.assignment.id for one in service.offered(office.ann.user.id)}
    with pytest.raises(Refused) as refused:
        hand(office.ann, office.bob, given)
    assert "assignments" in refused.value.fields


def test_a_right_gone_is_gone_for_the_substitute_at_once(office, seen, hand, allow):
    given = allow(Subject.USER, office.ann.user.id)
    hand(office.ann, office.bob, given)
    assert len(seen(office.bob)) == 4
    with unit_of_work(office.boss.actor):
        end_assignment(given)
    assert len(seen(office.bob)) == 2


def place(office, position_id):
    one = office.ann.employee
    with unit_of_work(office.boss.actor) as session:
        fields = staff.EmployeeFields(
            code=one.code, name=one.name, unit_id=one.unit_id, position_id=position_id
        )
        staff.update_employee(session, one.id, fields)


def test_a_post_lost_is_lost_for_the_substitute(office, seen, hand, allow):
    place(office, office.seller.id)
    given = allow(Subject.POSITION, office.seller.id)
    hand(office.ann, office.bob, given)
    assert len(seen(office.bob)) == 4
    place(office, None)
    assert len(seen(office.bob)) == 2


def test_a_grade_lost_is_lost_for_the_substitute(office, seen, hand, allow):
    with unit_of_work(office.boss.actor):
        rank = grades.create_grade("S", {"zh": "S"}).id
        grades.set_grade(office.ann.employee.id, rank)
    hand(office.ann, office.bob, allow(Subject.GRADE, rank))
    assert len(seen(office.bob)) == 4
    with unit_of_work(office.boss.actor):
        grades.set_grade(office.ann.employee.id, None)
    assert len(seen(office.bob)) == 2


def test_who_no_longer_leads_has_no_substitute_in_it(office, seen, hand, leading):
    hand(office.head, office.ann, leading)
    assert len(seen(office.ann)) == 4
    with unit_of_work(office.boss.actor) as session:
        organisation.set_head(session, office.department.id, None)
    assert len(seen(office.ann)) == 2


def test_a_closed_account_of_the_delegator_ends_the_effect(office, seen, hand, allow):
    hand(office.ann, office.bob, allow(Subject.USER, office.ann.user.id))
    assert len(seen(office.bob)) == 4
    with unit_of_work(office.boss.actor) as session:
        set_user_active(session, office.ann.user.id, active=False)
    assert len(seen(office.bob)) == 2


def test_who_leaves_has_no_substitute(office, seen, hand, allow, accounts):
    hand(office.ann, office.bob, allow(Subject.USER, office.ann.user.id))
    assert len(seen(office.bob)) == 4
    with unit_of_work(office.boss.actor) as session:
        leave(session, office.ann.employee.id, keep=True)
    assert len(seen(office.bob)) == 2


def test_a_denial_of_the_delegator_is_not_escaped(office, seen, hand, allow, deny):
    given = allow(Subject.USER, office.ann.user.id)
    hand(office.ann, office.bob, given)
    assert len(seen(office.bob)) == 4
    rule = {"customer": [{"kind": "rule", "all": {"grade": ["A"]}}]}
    deny(office.ann, ranges=rule)
    assert seen(office.bob) == {"bob-a", "bob-0"}  # all of the verb, not only grade A
    with unit_of_work(office.ann.actor):
        found = {one.assignment.id: one for one in service.offered(office.ann.user.id)}
    assert "denied the delegator" in found[given].obstacle


def test_a_denial_of_the_substitute_wins(office, seen, hand, allow, deny):
    deny(office.bob)
    hand(office.ann, office.bob, allow(Subject.USER, office.ann.user.id))
    assert seen(office.bob) == set()


def test_administration_is_never_handed_on(office, hand, as_, duty, give):
    system = give(duty("sys", {"rights.duty": ["query"]}), Subject.USER, office.ann.user.id)
    every = give(duty("all", {"*": ["*"]}), Subject.USER, office.ann.user.id)
    with as_(office.ann):
        found = {one.assignment.id: one for one in service.offered(office.ann.user.id)}
    assert "over rights are not" in found[system].obstacle
    hand(office.ann, office.bob, every)
    with as_(office.bob):
        from core.unit_of_work import current_unit

        access = current_unit().access
        assert access.may("customers.customer", "delete")
        assert not access.may("rights.duty", "query")
        assert not access.may("core.user", "query")
    with as_(office.boss):
        own = service.offered(office.boss.user.id)
    assert all(one.obstacle for one in own if one.assignment.subject == Subject.ADMINISTRATORS)


def test_duties_that_exclude_each_other_do_not_meet_in_a_substitute(office, hand, duty, give):
    pay, check = duty("pay", LOOK), duty("check", CHANGE)
    with unit_of_work(office.boss.actor):
        duties.exclude(pay, check, reason="four eyes")
    handed = give(pay, Subject.USER, office.ann.user.id)
    give(check, Subject.USER, office.bob.user.id)
    with pytest.raises(Refused, match="four eyes"):
        hand(office.ann, office.bob, handed)
    hand(office.ann, office.head, handed)
    with pytest.raises(Refused, match="already hold"):
        give(check, Subject.USER, office.head.user.id)
    give(check, Subject.USER, office.head.user.id, valid_from=now() + 2 * DAY)  # no overlap


def test_an_exclusion_is_not_made_while_a_substitute_holds_both(office, hand, duty, give):
    pay, check = duty("pay", LOOK), duty("check", CHANGE)
    handed = give(pay, Subject.USER, office.ann.user.id)
    give(check, Subject.USER, office.bob.user.id)
    hand(office.ann, office.bob, handed)
    with unit_of_work(office.boss.actor), pytest.raises(Refused, match="Bob"):
        duties.exclude(pay, check)


def test_what_is_refused(office, hand, own_work, app):
    wrong = {
        "to_user_id": {"substitute": office.ann},
        "assignments": {"which": ()},
        "valid_to": {"valid_to": now() - 2 * HOUR},
        "valid_from": {"valid_from": None},
    }
    for field, values in wrong.items():
        substitute = values.pop("substitute", office.bob)
        which = values.pop("which", (own_work,))
        with pytest.raises(Refused) as refused:
            hand(office.ann, substitute, *which, **values)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Refused, match="handed on"):
        hand(office.ann, office.bob, own_work, valid_to=now() + 400 * DAY)
