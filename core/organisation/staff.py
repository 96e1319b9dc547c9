"""Verbs about employees: engage, change, transfer, return; leaving has a file of its own."""

from dataclasses import asdict, dataclass

from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.access.policy import recompile_people
from core.access.records import check_version
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n import localized
from core.organisation.events import publish_move
from core.organisation.models import Employee, OrgUnit, Position
from core.organisation.queries import superior_ids
from core.organisation.resources import Permission, require
from core.organisation.services import check_texts, free_code, load_unit

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFields:
    """Everything about an employee that a form can change."""

    code: str
    name: str
    unit_id: int
    position_id: int | None = None
    superior_id: int | None = None
    email: str = ""
    phone: str = ""


def create_employee(session: GuardedSession, fields: EmployeeFields) -> Employee:
    """Add a person; raise Refused for a taken code, a closed unit or an unusable superior."""
    require(session, Permission.EMPLOYEE, Verb.CREATE)
    employee = Employee(active=True)
    _store(session, employee, fields)
    session.add(employee)
    session.flush()
    recompile_people(session, {employee.superior_id})  # who may see what those below have
    return employee


def update_employee(
    session: GuardedSession,
    employee_id: int,
    fields: EmployeeFields,
    *,
    row_version: int | None = None,
) -> Employee:
    """Change a person; a transfer to another unit compiles the person's rights anew."""
    require(session, Permission.EMPLOYEE, Verb.UPDATE)
    employee = load_employee(session, employee_id)
    check_version(employee, row_version, asdict(fields))
    before = _post(employee)
    _store(session, employee, fields)
    session.flush()
    if before != _post(employee):
        recompile_people(session, {employee.id, before[1], employee.superior_id})
    if before[0] != employee.unit_id:
        publish_move(employee.id, from_unit_id=before[0], to_unit_id=employee.unit_id)
    return employee


def take_back(
    session: GuardedSession, employee_id: int, *, row_version: int | None = None
) -> Employee:
    """Let a person return; the account stays off until somebody switches it on."""
    require(session, Permission.EMPLOYEE, Verb.UPDATE)
    employee = load_employee(session, employee_id)
    check_version(employee, row_version, {"active": True})
    _check_unit(load_unit(session, employee.unit_id))
    employee.active = True
    recompile_people(session, {employee.id})
    session.flush()
    return employee


def load_employee(session: GuardedSession, employee_id: int) -> Employee:
    """Return an employee; raise NotFound."""
    employee = session.get(Employee, employee_id)
    if employee is None:
        raise NotFound(_("There is no such employee."))
    return employee


def _store(session: GuardedSession, employee: Employee, fields: EmployeeFields) -> None:
    name = fields.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(
            _("A name is missing or too long."),
            fields={"name": [_("Give a name of 1 to %(most)s characters.", most=LONGEST_NAME)]},
        )
    check_texts(name=name, email=fields.email.strip(), phone=fields.phone.strip())
    unit = session.get(OrgUnit, fields.unit_id)
    if unit is None:
        raise Refused(_("There is no such unit."), fields={"unit_id": [_("Choose a unit.")]})
    if employee.unit_id != fields.unit_id:
        _check_unit(unit)
    position = session.get(Position, fields.position_id) if fields.position_id else None
    if fields.position_id is not None and position is None:
        raise Refused(
            _("There is no such position."), fields={"position_id": [_("Choose a position.")]}
        )
    if fields.superior_id is not None and fields.superior_id != employee.superior_id:
        _check_superior(session, employee, fields.superior_id)
    employee.code = free_code(session, Employee, fields.code, but=employee.id)
    employee.name = name
    employee.unit_id = fields.unit_id
    employee.position_id = fields.position_id
    employee.superior_id = fields.superior_id
    employee.email = fields.email.strip()
    employee.phone = fields.phone.strip()


def _post(employee: Employee) -> tuple[int, int | None, int | None]:
    """Return what of a person rights may hang on."""
    return employee.unit_id, employee.superior_id, employee.position_id


def _check_unit(unit: OrgUnit) -> None:
    if not unit.active:
        raise Refused(
            _("%(unit)s is closed.", unit=localized(unit.name)),
            fields={"unit_id": [_("Choose a unit that is open.")]},
        )


def _check_superior(session: GuardedSession, employee: Employee, superior_id: int) -> None:
    """Refuse somebody who left, the person itself, and anybody who reports to the person."""
    # Employees are locked in one order, so that two changes at once cannot close a circle.
    session.scalars(select(Employee.id).order_by(Employee.id).with_for_update()).all()
    superior = session.get(Employee, superior_id)
    if superior is None or not superior.active:
        raise Refused(
            _("This person cannot be a superior."),
            fields={"superior_id": [_("Choose somebody who is active.")]},
        )
    if employee.id is not None and employee.id in (
        superior_id,
        *superior_ids(session, superior_id),
    ):
        raise Refused(
            _("The chain of superiors would close into a circle."),
            fields={"superior_id": [_("Choose somebody who does not report to this person.")]},
        )
