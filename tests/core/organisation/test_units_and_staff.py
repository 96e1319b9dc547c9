"""What the verbs about units and people do, refuse and set off."""

import pytest
from sqlalchemy import func, select

from core.access.context import resolve_context
from core.accounts.models import LoginSession, User
from core.accounts.sessions import start_session
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.errors import Conflict, NotAllowed, Refused
from core.organisation import leaving, services, staff
from core.organisation.models import Employee, OrgUnit
from core.organisation.queries import (
    directory,
    employee_choices,
    superior_ids,
    unit_tree,
)
from core.organisation.staff import EmployeeFields
from core.unit_of_work import read_only, unit_of_work

OPERATOR = system_actor("organisation test")
RESOURCE = "customers.customer"


def reached_units(make, user):
    """The units over which a user may look at records of somebody else."""
    with unit_of_work(make.actor(user)) as session:
        access = resolve_context(session.connection(), make.actor(user))
        reach = access.reach(RESOURCE, "correct")
    return {
        key
        for part in reach.allow
        for dimension, keys in part.dimensions
        if dimension == "org"
        for key in keys.keys
    }


def fields_of(employee, **changes):
    values = {
        name: getattr(employee, name)
        for name in ("code", "name", "unit_id", "position_id", "superior_id", "email", "phone")
    }
    return EmployeeFields(**(values | changes))


def test_moving_a_unit_moves_it_between_the_reaches_of_both_heads(make):
    east, west = make.unit("东"), make.unit("西")
    room = make.unit("室", parent=east)
    desk = make.unit("台", parent=room)
    east_head, west_head = make.user(heads=east), make.user(heads=west)
    assert reached_units(make, east_head) == {east.id, room.id, desk.id}
    with unit_of_work(OPERATOR) as session:
        services.move_unit(session, room.id, west.id)
    assert reached_units(make, east_head) == {east.id}
    assert reached_units(make, west_head) == {west.id, room.id, desk.id}


def test_a_new_unit_is_at_once_in_the_reach_of_the_heads_above(make):
    top = make.unit("部")
    head = make.user(heads=top)
    room = make.unit("新室", parent=top)
    assert reached_units(make, head) == {top.id, room.id}


def test_changing_the_head_takes_from_one_and_gives_to_the_other(make):
    unit = make.unit("部")
    before, after = make.user(heads=unit), make.user(unit=unit)
    with unit_of_work(OPERATOR) as session:
        services.set_head(session, unit.id, after.employee_id)
    assert reached_units(make, before) == set()
    assert reached_units(make, after) == {unit.id}


def test_somebody_who_left_cannot_head_a_unit(make):
    unit, person = make.unit(), make.employee()
    with unit_of_work(OPERATOR) as session:
        leaving.leave(session, person.id)
        with pytest.raises(Refused) as caught:
            services.set_head(session, unit.id, person.id)
    assert "head_employee_id" in caught.value.fields


def test_a_unit_with_people_or_units_is_not_closed_or_removed(make):
    top = make.unit("部")
    room = make.unit("室", parent=top)
    make.employee(unit=room)
    with unit_of_work(OPERATOR) as session:
        for unit in (top, room):
            with pytest.raises(Refused):
                services.set_unit_active(session, unit.id, active=False)
            with pytest.raises(Refused):
                services.remove_unit(session, unit.id)
    with read_only(OPERATOR) as session:
        assert session.get_one(OrgUnit, top.id).active


def test_nothing_is_put_below_a_closed_unit(make):
    closed, other, person = make.unit("旧"), make.unit("新"), make.employee()
    with unit_of_work(OPERATOR) as session:
        services.set_unit_active(session, closed.id, active=False)
        with pytest.raises(Refused):
            services.move_unit(session, other.id, closed.id)
        with pytest.raises(Refused):
            services.create_unit(session, code="X", name={"zh": "子"}, parent_id=closed.id)
        with pytest.raises(Refused) as caught:
            staff.update_employee(session, person.id, fields_of(person, unit_id=closed.id))
    assert "unit_id" in caught.value.fields


def test_codes_are_unique_and_names_need_chinese(make):
    unit = make.unit()
    with unit_of_work(OPERATOR) as session:
        with pytest.raises(Refused) as taken:
            services.create_unit(session, code=f" {unit.code} ", name={"zh": "又"})
        with pytest.raises(Refused) as nameless:
            services.create_unit(session, code="NEW", name={"en": "Only English"})
    assert "code" in taken.value.fields
    assert "name" in nameless.value.fields


def test_the_second_writer_of_a_unit_gets_a_conflict_with_both_versions(make):
    unit = make.unit("甲")
    seen = unit.row_version
    change = {"code": unit.code, "kind": "room", "row_version": seen}
    with unit_of_work(OPERATOR) as session:
        services.update_unit(session, unit.id, name={"zh": "乙"}, **change)
    with unit_of_work(OPERATOR) as session, pytest.raises(Conflict) as caught:
        services.update_unit(session, unit.id, name={"zh": "丙"}, **change)
    assert caught.value.theirs["name"]["zh"] == "乙"
    assert caught.value.yours["name"]["zh"] == "丙"


def test_superiors_never_close_into_a_circle(make):
    boss = make.employee("甲")
    middle = make.employee("乙", superior=boss)
    worker = make.employee("丙", superior=middle)
    with unit_of_work(OPERATOR) as session:
        for below in (boss, middle, worker):
            with pytest.raises(Refused) as caught:
                staff.update_employee(session, boss.id, fields_of(boss, superior_id=below.id))
            assert "superior_id" in caught.value.fields
        assert superior_ids(session, worker.id) == [middle.id, boss.id]


def test_a_head_or_superior_cannot_leave_before_another_is_named(make):
    unit = make.unit("部")
    head = make.user(heads=unit)
    boss = make.employee("上级")
    make.employee("下级", superior=boss)
    with unit_of_work(OPERATOR) as session:
        for person in (head.employee_id, boss.id):
            with pytest.raises(Refused):
                leaving.leave(session, person)
        services.set_head(session, unit.id, None)
        leaving.leave(session, head.employee_id)
    with read_only(OPERATOR) as session:
        assert not session.get_one(Employee, head.employee_id).active


def test_leaving_switches_the_account_off_and_ends_its_sessions(make):
    make.administrator()
    user = make.user()
    with unit_of_work(OPERATOR) as session:
        start_session(session, session.get_one(User, user.id))
    with unit_of_work(OPERATOR) as session:
        leaving.leave(session, user.employee_id)
    with read_only(OPERATOR) as session:
        assert not session.get_one(User, user.id).active
        ended = session.scalar(select(LoginSession.ended_at).where(LoginSession.user_id == user.id))
    assert ended is not None


def test_only_who_holds_the_verb_changes_the_organisation(make):
    unit, person = make.unit(), make.actor()
    with unit_of_work(person) as session:
        with pytest.raises(NotAllowed):
            services.create_unit(session, code="N", name={"zh": "新"})
        with pytest.raises(NotAllowed):
            services.move_unit(session, unit.id, None)
        with pytest.raises(NotAllowed):
            leaving.leave(session, person.employee_id)
    with unit_of_work(make.actor(make.administrator())) as session:
        services.create_unit(session, code="N", name={"zh": "新"})


def test_every_change_of_the_organisation_is_in_the_audit_trail(make):
    unit = make.unit("甲")
    with unit_of_work(OPERATOR) as session:
        services.update_unit(session, unit.id, code=unit.code, name={"zh": "乙"}, kind="room")
    with read_only(OPERATOR) as session:
        changes = session.scalars(
            select(AuditEntry.changes)
            .where(AuditEntry.resource == "core.orgunit", AuditEntry.record_id == unit.id)
            .order_by(AuditEntry.id)
        ).all()
    assert changes[-1]["kind"] == ["unit", "room"]
    assert changes[-1]["name"][1]["zh"] == "乙"


def test_the_tree_counts_people_right_here_and_below(make):
    top = make.unit("部")
    room = make.unit("室", parent=top)
    head = make.user(heads=top)
    make.employee(unit=room)
    make.employee(unit=room)
    with read_only(OPERATOR) as session:
        rows = {row.id: row for row in unit_tree(session)}
        assert rows[top.id].head == session.get_one(Employee, head.employee_id).name
    assert (rows[top.id].members, rows[top.id].members_below) == (1, 3)
    assert (rows[room.id].depth, rows[room.id].members) == (1, 2)


def test_the_directory_searches_within_a_subtree(make):
    top = make.unit("部")
    room = make.unit("室", parent=top)
    inside, outside = make.employee("王芳", unit=room), make.employee("王伟")
    with read_only(OPERATOR) as session:
        found = [row.id for row in directory(session, unit_id=top.id, search="王")]
        everywhere = {row.id for row in directory(session, search="王")}
        choices = dict(employee_choices(session, unit_id=top.id))
        assert directory(session, search="%") == []
        people = session.scalar(select(func.count()).select_from(Employee))
    assert found == [inside.id]
    assert everywhere == {inside.id, outside.id}
    assert set(choices) == {inside.id}
    assert people == 2
