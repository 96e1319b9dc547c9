"""The lists of duties, assignments and people, declared once."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from addons.rights.models import (
    ASSIGNMENT,
    DUTY,
    GRADE,
    Assignment,
    Duty,
    DutyGrant,
    Grade,
    Grading,
    Subject,
)
from addons.rights.words import EFFECTS, STATES, SUBJECTS, TONES
from core.accounts.models import User
from core.audit.words import actor_words
from core.clock import now
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.organisation.models import Employee, OrgUnit, Position
from core.unit_of_work import current_session
from core.web.lists import Column, Facet, ListSpec, Tab


def _duties() -> Select[Any]:
    return select().select_from(Duty)


def _holds() -> Any:
    live = Assignment.ended_at.is_(None) & (Assignment.duty_id == Duty.id)
    return select(func.count()).select_from(Assignment).where(live).scalar_subquery()


def _contains() -> Any:
    mine = DutyGrant.duty_id == Duty.id
    return select(func.count()).select_from(DutyGrant).where(mine).scalar_subquery()


DUTY_STATES = {True: _l("may be given"), False: _l("retired")}
SECOND = {True: _l("needed"), False: _l("not needed")}
DUTIES = ListSpec(
    key="rights.duty",
    resource=DUTY,
    title=_l("Duties"),
    endpoint="rights.duties",
    record_endpoint="rights.show_duty",
    id=Duty.id,
    source=_duties,
    columns=(
        Column("name", _l("Duty"), Duty.name, kind="name", sort=Duty.code, sub=Duty.code,
               phone="p1"),
        Column("contains", _l("Rights"), _contains, kind="number", sortable=False, phone="p3"),
        Column("held", _l("Assignments"), _holds, kind="number", sortable=False, phone="p4"),
        Column(
            "state", _l("State"), Duty.active, kind="tag", labels=DUTY_STATES,
            tones={True: "ok"}, phone="p2",
        ),
        Column("second", _l("Second factor"), Duty.second_factor, labels=SECOND),
        Column("changed", _l("Changed"), Duty.changed_at, kind="instant"),
    ),
    facets=(
        Facet("state", _l("State"), Duty.active, choices=DUTY_STATES),
        Facet("second", _l("Second factor"), Duty.second_factor, choices=SECOND),
    ),
    search=(Duty.code,),
    search_hint=_l("Code"),
    sort="name",
    empty_title=_l("No duty yet"),
    empty_text=_l("A duty bundles what somebody may do; it is then given to people or positions."),
)  # fmt: skip


def _assignments() -> Select[Any]:
    return (
        select()
        .select_from(Assignment)
        .join(Duty, Duty.id == Assignment.duty_id)
        .outerjoin(User, (User.id == Assignment.subject_id) & (Assignment.subject == Subject.USER))
        .outerjoin(Employee, Employee.id == User.employee_id)
        .outerjoin(
            Position,
            (Position.id == Assignment.subject_id) & (Assignment.subject == Subject.POSITION),
        )
        .outerjoin(
            Grade, (Grade.id == Assignment.subject_id) & (Assignment.subject == Subject.GRADE)
        )
    )


def _named() -> Any:
    return case((Assignment.subject == Subject.POSITION, Position.name), else_=Grade.name)


def _state() -> ColumnElement[str]:
    return case(
        (Assignment.ended_at.is_not(None), "ended"),
        (Assignment.valid_to <= now(), "over"),
        (Assignment.valid_from > now(), "coming"),
        else_="live",
    )


def _person() -> Any:
    return func.coalesce(Employee.name, User.login, literal(""))


def _duty_words() -> dict[int, str]:
    rows = current_session().execute(select(Duty.id, Duty.name).order_by(Duty.code))
    return {key: localized(name) for key, name in rows}


def _ending() -> dict[str, str]:
    return {"state": "live", "ends_from": now().date().isoformat()}


ASSIGNMENTS = ListSpec(
    key="rights.assignment",
    resource=ASSIGNMENT,
    title=_l("Assignments of duties"),
    endpoint="rights.assignments",
    record_endpoint="rights.show_assignment",
    id=Assignment.id,
    source=_assignments,
    columns=(
        Column("duty", _l("Duty"), Duty.name, kind="name", sort=Duty.code, phone="p1"),
        Column("effect", _l("Effect"), Assignment.allow, kind="tag", labels=EFFECTS,
               tones={False: "bad"}),
        Column("subject", _l("To whom"), Assignment.subject, labels=SUBJECTS, sub=_person,
               phone="p3"),
        Column("named", _l("Position or grade"), _named, kind="name", sortable=False),
        Column("state", _l("State"), _state, kind="tag", labels=STATES, tones=TONES, phone="p2"),
        Column("starts", _l("From"), Assignment.valid_from, kind="instant", shown=False),
        Column("ends", _l("Until"), Assignment.valid_to, kind="instant", phone="p4"),
        Column("given", _l("Given"), Assignment.given_at, kind="instant", shown=False),
        Column("by", _l("By"), Assignment.given_by, labels=actor_words),
    ),
    facets=(
        Facet("state", _l("State"), _state, choices=STATES),
        Facet("duty", _l("Duty"), Assignment.duty_id, choices=_duty_words),
        Facet("subject", _l("To whom"), Assignment.subject, choices=SUBJECTS),
        Facet("effect", _l("Effect"), Assignment.allow, choices=EFFECTS),
        Facet("ends", _l("Until"), Assignment.valid_to, kind="dates"),
    ),
    search=(Duty.code, User.login, Employee.name, Assignment.reason, Assignment.given_by),
    search_hint=_l("Duty code, person, reason"),
    sort="-given",
    tabs=(
        Tab("live", _l("In force"), lambda: {"state": "live"}),
        Tab("ending", _l("With an end"), _ending),
    ),
    first_tab="live",
    empty_title=_l("Nobody has a duty yet"),
    empty_text=_l("Give a duty to a person, a position or a grade: on which data, and when."),
)  # fmt: skip


def _grades() -> Select[Any]:
    return select().select_from(Grade)


def _graded() -> Any:
    mine = Grading.grade_id == Grade.id
    return select(func.count()).select_from(Grading).where(mine).scalar_subquery()


GRADES = ListSpec(
    key="rights.grade",
    resource=GRADE,
    title=_l("Manager grades"),
    endpoint="rights.grades",
    record_endpoint="rights.edit_grade",
    id=Grade.id,
    source=_grades,
    columns=(
        Column("name", _l("Grade"), Grade.name, kind="name", sort=Grade.sort, sub=Grade.code,
               phone="p1"),
        Column("people", _l("People"), _graded, kind="number", sortable=False, phone="p2"),
        Column("place", _l("Sort order"), Grade.sort, kind="number", phone="p3"),
    ),
    search=(Grade.code,),
    search_hint=_l("Code"),
    sort="name",
    empty_title=_l("No grade yet"),
    empty_text=_l("Grades of account managers, to which duties can be given."),
)  # fmt: skip


def _people() -> Select[Any]:
    return (
        select()
        .select_from(User)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
        .outerjoin(Position, Position.id == Employee.position_id)
        .outerjoin(Grading, Grading.employee_id == Employee.id)
        .outerjoin(Grade, Grade.id == Grading.grade_id)
        .where(User.active)
    )


def _grade_words() -> dict[int, str]:
    rows = current_session().execute(select(Grade.id, Grade.name).order_by(Grade.sort))
    return {key: localized(name) for key, name in rows}


def _position_words() -> dict[int, str]:
    rows = current_session().execute(select(Position.id, Position.name).order_by(Position.sort))
    return {key: localized(name) for key, name in rows}


PEOPLE = ListSpec(
    key="rights.person",
    resource=ASSIGNMENT,
    title=_l("Rights of people"),
    endpoint="rights.people",
    record_endpoint="rights.show_person",
    id=User.id,
    source=_people,
    columns=(
        Column("name", _l("Full name"), func.coalesce(Employee.name, User.login), sub=User.login,
               phone="p1"),
        Column("unit", _l("Unit"), OrgUnit.name, kind="name", sort=OrgUnit.code, phone="p3"),
        Column("position", _l("Position"), Position.name, kind="name", sort=Position.sort,
               phone="p2"),
        Column("grade", _l("Manager grade"), Grade.name, kind="name", sort=Grade.sort, phone="p4"),
    ),
    facets=(
        Facet("position", _l("Position"), Employee.position_id, choices=_position_words),
        Facet("grade", _l("Manager grade"), Grading.grade_id, choices=_grade_words),
    ),
    search=(Employee.name, User.login, Employee.code),
    search_hint=_l("Full name, login, code"),
    sort="name",
    empty_title=_l("No account yet"),
    empty_text=_l("Accounts are made under System."),
)  # fmt: skip
