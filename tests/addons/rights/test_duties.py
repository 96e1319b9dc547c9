"""Duties: what they may contain, when they change, and which two exclude each other."""

import pytest
from sqlalchemy import select

from addons.rights import assignments, duties
from addons.rights.assignments import AssignmentFields
from addons.rights.duties import DutyFields
from addons.rights.models import Subject
from core.audit.models import AuditEntry
from core.errors import Conflict, NotAllowed, NotFound, Refused

LOOK = {"customers.customer": ["query"]}


def fields(code="look", grants=LOOK, **more):
    return DutyFields(code=code, name={"zh": "看", "en": "Look"}, grants=grants, **more)


def test_a_duty_is_kept_with_what_it_contains(office, as_):
    with as_(office.boss):
        made = duties.create_duty(fields(grants={"*": ["query"], "customers.customer": ["*"]}))
        assert made.contains == ["*:query", "customers.customer:*"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": " "}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"code": "own-work"}, "code"),
        ({"grants": {"customers.customer": ["fly"]}}, "contains"),
        ({"grants": {"nobody.here": ["query"]}}, "contains"),
        ({"summary": "a\x00b"}, "summary"),
    ],
)
def test_what_cannot_be_stored_is_refused_beside_its_field(office, as_, wrong, field):
    with pytest.raises(Refused) as refused, as_(office.boss):
        duties.create_duty(fields(**wrong))
    assert field in refused.value.fields


def test_a_chinese_name_is_needed(office, as_):
    with pytest.raises(Refused) as refused, as_(office.boss):
        duties.create_duty(DutyFields(code="x", name={"en": "Only"}))
    assert "name" in refused.value.fields


def test_what_a_duty_loses_its_holders_lose(office, as_, give, make):
    make.customers.customer(manager=office.bob.employee)
    with as_(office.boss):
        made = duties.create_duty(fields()).id
    give(made, Subject.USER, office.ann.user.id)
    with as_(office.ann) as session:
        assert session.access.reach("customers.customer", "query").is_everything
    with as_(office.boss) as session:
        one = duties.duty(made)
        duties.update_duty(made, fields(grants={}), row_version=one.row_version)
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last.changes == {"grants": [["customers.customer:query"], []]}
    with as_(office.ann) as session:
        assert not session.access.reach("customers.customer", "query").is_everything


def test_a_retired_duty_gives_nothing_and_cannot_be_given(office, as_, give):
    with as_(office.boss):
        made = duties.create_duty(fields()).id
    give(made, Subject.USER, office.ann.user.id)
    with as_(office.boss):
        duties.update_duty(made, fields(active=False))
    with as_(office.ann) as session:
        assert not session.access.reach("customers.customer", "query").is_everything
    with pytest.raises(Refused) as refused:
        give(made, Subject.USER, office.bob.user.id)
    assert "duty_id" in refused.value.fields


def test_the_second_writer_is_told(office, as_):
    with as_(office.boss):
        made = duties.create_duty(fields()).id
        seen = duties.duty(made).row_version
    with as_(office.boss):
        duties.update_duty(made, fields(summary="first"), row_version=seen)
    with pytest.raises(Conflict), as_(office.boss):
        duties.update_duty(made, fields(summary="second"), row_version=seen)


def test_a_duty_that_was_given_cannot_be_deleted(office, as_, give):
    with as_(office.boss):
        made, other = duties.create_duty(fields()).id, duties.create_duty(fields("other")).id
    given = give(made, Subject.USER, office.ann.user.id)
    with as_(office.boss):
        assignments.end(given)
        duties.delete_duty(other)
    with pytest.raises(NotFound), as_(office.boss):
        duties.duty(other)
    with pytest.raises(Refused), as_(office.boss):
        duties.delete_duty(made)


def test_nobody_changes_duties_without_the_right(office, as_):
    for act in (
        lambda: duties.create_duty(fields()),
        lambda: duties.update_duty(1, fields()),
        lambda: duties.delete_duty(1),
        lambda: duties.exclude(1, 2),
        lambda: duties.include(1, 2),
    ):
        with pytest.raises(NotAllowed), as_(office.head):
            act()


@pytest.fixture
def two(office, as_):
    with as_(office.boss):
        first = duties.create_duty(fields("first")).id
        second = duties.create_duty(fields("second")).id
        duties.exclude(first, second, reason="four eyes")
    return first, second


def test_two_duties_that_exclude_each_other_are_not_given_together(office, as_, give, two, make):
    give(two[0], Subject.USER, office.ann.user.id)
    with pytest.raises(Refused) as refused:
        give(two[1], Subject.EVERYONE)
    (words,) = refused.value.fields["duty_id"]
    assert "Ann" in words
    assert "four eyes" in words
    give(two[1], Subject.USER, office.bob.user.id)
    give(two[1], Subject.USER, office.ann.user.id, allow=False)


def test_periods_that_do_not_meet_do_not_exclude(office, as_, give, two):
    from datetime import timedelta

    from core.clock import now

    day = now() + timedelta(days=1)
    give(two[0], Subject.USER, office.ann.user.id, valid_to=day)
    give(two[1], Subject.USER, office.ann.user.id, valid_from=day)
    with pytest.raises(Refused):
        give(two[1], Subject.USER, office.ann.user.id, valid_from=day - timedelta(minutes=1))


def test_an_assignment_that_is_over_excludes_nothing(office, as_, give, two, frozen):
    from datetime import timedelta

    from core.clock import now

    end = now() + timedelta(days=1)
    give(two[0], Subject.USER, office.ann.user.id, valid_to=end)
    with frozen(end):
        give(two[1], Subject.USER, office.ann.user.id)


def test_what_is_held_together_now_cannot_be_excluded(office, as_, give):
    with as_(office.boss):
        first = duties.create_duty(fields("first")).id
        second = duties.create_duty(fields("second")).id
    for one in (first, second):
        give(one, Subject.USER, office.ann.user.id)
    with pytest.raises(Refused) as refused, as_(office.boss):
        duties.exclude(first, second)
    assert "Ann" in str(refused.value)
    with pytest.raises(Refused), as_(office.boss):
        duties.exclude(first, first)


def test_they_may_be_allowed_together_again(office, as_, give, two):
    give(two[0], Subject.USER, office.ann.user.id)
    with as_(office.boss):
        duties.include(two[1], two[0])
    give(two[1], Subject.USER, office.ann.user.id)
    with pytest.raises(NotFound), as_(office.boss):
        duties.include(*two)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"subject": "nobody"}, "subject_id"),
        ({"subject_id": None}, "subject_id"),
        ({"subject_id": 999_999}, "subject_id"),
        ({"verbs": ["approve"]}, "verbs"),
        ({"ranges": {"planet": [{"kind": "record", "id": 1}]}}, "ranges"),
        ({"ranges": {"org": []}}, "ranges"),
        ({"ranges": {"org": [{"kind": "unit", "id": 999_999}]}}, "ranges"),
        ({"ranges": {"org": [{"kind": "unit", "id": True}]}}, "ranges"),
        ({"ranges": {"owner": [{"kind": "rule"}]}}, "ranges"),
        ({"ranges": {"customer": [{"kind": "rule", "all": {}}]}}, "ranges"),
        ({"ranges": {"customer": [{"kind": "rule", "all": {"grade": ["Z"]}}]}}, "ranges"),
        ({"ranges": {"customer": [{"kind": "rule", "all": {"size": ["1"]}}]}}, "ranges"),
        ({"weekly_hours": {"9": [["08:00", "09:00"]]}}, "weekly_hours"),
        ({"weekly_hours": {"0": [["18:00", "09:00"]]}}, "weekly_hours"),
        ({"weekly_hours": {}}, "weekly_hours"),
        ({"reason": "a\x00"}, "reason"),
    ],
)
def test_half_an_assignment_is_refused_beside_its_field(office, as_, more, field):
    with as_(office.boss):
        made = duties.create_duty(fields()).id
    values = {"duty_id": made, "subject": Subject.USER, "subject_id": office.ann.user.id, **more}
    with pytest.raises(Refused) as refused, as_(office.boss):
        assignments.assign(AssignmentFields(**values))
    assert field in refused.value.fields
