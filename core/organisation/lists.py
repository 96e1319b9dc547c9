"""The administrator's lists of employees and positions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee, OrgClosure, OrgUnit, Position
from core.organisation.queries import position_choices, unit_tree
from core.organisation.resources import Permission
from core.unit_of_work import current_session
from core.web.lists import Choice, Column, Facet, ListSpec, Tab

Superior = aliased(Employee)
STATES = {True: _l("in service"), False: _l("has left")}
TONES = {True: "ok"}


def _employees() -> Select[Any]:
    return (
        select()
        .select_from(Employee)
        .join(OrgUnit, OrgUnit.id == Employee.unit_id)
        .outerjoin(Position, Position.id == Employee.position_id)
        .outerjoin(Superior, Superior.id == Employee.superior_id)
    )


def _unit_tree() -> Sequence[Choice]:
    return [
        Choice(str(row.id), row.name, str(row.parent_id) if row.parent_id else None)
        for row in unit_tree(current_session())
    ]


def _in_units(values: Sequence[int]) -> ColumnElement[bool]:
    """Choosing a unit means all below it."""
    below = select(OrgClosure.descendant_id).where(OrgClosure.ancestor_id.in_(values))
    return Employee.unit_id.in_(below)


def _position_words() -> dict[int, str]:
    return dict(position_choices(current_session()))


EMPLOYEES = ListSpec(
    key="core.employee",
    resource=Permission.EMPLOYEE,
    title=_l("Employees"),
    endpoint="organisation.employees",
    record_endpoint="organisation.show_employee",
    id=Employee.id,
    source=_employees,
    columns=(
        Column("name", _l("Full name"), Employee.name, sub=Employee.code, phone="p1"),
        Column("unit", _l("Unit"), OrgUnit.name, kind="name", sort=OrgUnit.code, phone="p3"),
        Column("position", _l("Position"), Position.name, kind="name", sort=Position.sort),
        Column("superior", _l("Superior"), Superior.name),
        Column("email", _l("E-mail"), Employee.email),
        Column("phone", _l("Phone"), Employee.phone, phone="p4"),
        Column(
            "state",
            _l("State"),
            Employee.active,
            kind="tag",
            labels=STATES,
            tones=TONES,
            phone="p2",
        ),
    ),
    facets=(
        Facet("unit", _l("Unit"), Employee.unit_id, choices=_unit_tree, condition=_in_units),
        Facet("position", _l("Position"), Employee.position_id, choices=_position_words),
        Facet("state", _l("State"), Employee.active, choices=STATES),
    ),
    search=(Employee.name, Employee.code, Employee.email),
    search_hint=_l("Full name, code, e-mail"),
    sort="name",
    tabs=(Tab("active", _l("In service"), lambda: {"state": "True"}),),
    empty_title=_l("Nobody yet"),
    empty_text=_l("Employees own records and head units; accounts are given to them."),
)

UNITS = ListSpec(  # what the search asks; the page is the tree
    key="core.orgunit",
    resource=Permission.UNIT,
    title=_l("Organisation"),
    endpoint="organisation.index",
    record_endpoint="organisation.show_unit",
    id=OrgUnit.id,
    source=lambda: select().select_from(OrgUnit).where(OrgUnit.active),
    columns=(
        Column("name", _l("Unit"), OrgUnit.name, kind="name", sub=OrgUnit.code, sort=OrgUnit.sort),
    ),
    search=(OrgUnit.code, *(OrgUnit.name[code].as_string() for code in ("zh", "en"))),
    sort="name",
)

_held = (
    select(func.count())
    .select_from(Employee)
    .where(Employee.position_id == Position.id, Employee.active)
    .correlate(Position)
    .scalar_subquery()
)

POSITIONS = ListSpec(
    key="core.position",
    resource=Permission.POSITION,
    title=_l("Positions"),
    endpoint="organisation.positions",
    record_endpoint="organisation.edit_position",
    id=Position.id,
    source=lambda: select().select_from(Position),
    columns=(
        Column(
            "name",
            _l("Position"),
            Position.name,
            kind="name",
            sub=Position.code,
            sort=Position.sort,
            phone="p1",
        ),
        Column("held", _l("Held by"), _held, kind="number", phone="p3"),
        Column("in_use", _l("In use"), Position.active, kind="bool", phone="p2"),
    ),
    search=(Position.code,),
    sort="name",
    empty_title=_l("No position yet"),
    empty_text=_l("Positions are posts such as account manager."),
)
