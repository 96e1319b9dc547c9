"""The administrator's pages of employees."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.accounts.queries import login_of
from core.contributions import Verb
from core.i18n import gettext as _
from core.i18n import localized
from core.organisation import leaving, staff
from core.organisation.blueprint import blueprint
from core.organisation.forms import EmployeeForm, LeaveForm
from core.organisation.leaving import Owned
from core.organisation.lists import EMPLOYEES
from core.organisation.models import Employee, OrgUnit, Position
from core.organisation.queries import headed_unit_ids, unit_labels
from core.organisation.resources import Permission
from core.organisation.staff import EmployeeFields
from core.unit_of_work import current_session
from core.web.answering import answer, press
from core.web.lists import render_list
from core.web.records import Action, Crumb, Fact, RecordPage, render_record

EMPLOYEE = Permission.EMPLOYEE


@blueprint.get("/admin/organisation/employees")
@needs(EMPLOYEE, Verb.QUERY)
def employees() -> ResponseReturnValue:
    """List the employees."""
    return render_list(EMPLOYEES, create="organisation.new_employee")


@blueprint.route("/admin/organisation/employees/new", methods=["GET", "POST"])
@needs(EMPLOYEE, Verb.CREATE)
def new_employee() -> ResponseReturnValue:
    """Add a person."""
    form = EmployeeForm()
    return answer(
        form,
        lambda session: staff.create_employee(session, _fields(form)).id,
        lambda made: redirect(_page_of(made), 303),
        title=_("New employee"),
        cancel=url_for("organisation.employees"),
    )


@blueprint.get("/admin/organisation/employees/<int:record_id>")
@needs(EMPLOYEE, Verb.QUERY)
def show_employee(record_id: int) -> ResponseReturnValue:
    """Show a person."""
    employee = staff.load_employee(current_session(), record_id)
    return render_record(
        RecordPage(
            resource=EMPLOYEE,
            record_id=employee.id,
            record=employee,
            title=employee.name,
            sub=[employee.code],
            crumbs=[
                Crumb(_("Organisation"), url_for("organisation.index")),
                Crumb(_("Employees"), url_for("organisation.employees")),
            ],
            tags=[] if employee.active else [(_("has left"), "")],
            facts=_facts(employee),
            actions=_actions(employee),
        )
    )


@blueprint.route("/admin/organisation/employees/<int:record_id>/edit", methods=["GET", "POST"])
@needs(EMPLOYEE, Verb.UPDATE)
def edit_employee(record_id: int) -> ResponseReturnValue:
    """Change a person."""
    employee = staff.load_employee(current_session(), record_id)
    form = EmployeeForm.for_record(employee)
    return answer(
        form,
        lambda session: staff.update_employee(
            session, record_id, _fields(form), row_version=form.row_version
        ),
        _page_of(record_id),
        title=_("Edit employee"),
        sub=f"{employee.name} · {employee.code}",
    )


@blueprint.route("/admin/organisation/employees/<int:record_id>/leave", methods=["GET", "POST"])
@needs(EMPLOYEE, Verb.UPDATE)
def leave(record_id: int) -> ResponseReturnValue:
    """Show what leaving means, ask who takes over, then do all of it at once."""
    employee = staff.load_employee(current_session(), record_id)
    owned = leaving.owned_by(record_id)
    form = LeaveForm.for_record(employee, reason=_("Has left"))
    if not any(one.moves for one in owned):
        del form.successor_id, form.keep
    return answer(
        form,
        lambda session: leaving.leave(session, record_id, **form.changes()),
        _page_of(record_id),
        said=_("%(name)s has left.", name=employee.name),
        template="web/confirm.html",
        title=_("Mark %(name)s as left", name=employee.name),
        crumbs=[
            Crumb(_("Employees"), url_for("organisation.employees")),
            Crumb(employee.name, _page_of(record_id)),
        ],
        submit=_("Mark as left"),
        obstacles=leaving.obstacles(current_session(), employee),
        happens=_leaving_changes(record_id, owned),
        keeps=_leaving_keeps(employee, owned),
    )


@blueprint.post("/admin/organisation/employees/<int:record_id>/return")
@needs(EMPLOYEE, Verb.UPDATE)
def come_back(record_id: int) -> ResponseReturnValue:
    """Let a person return; the account stays off until somebody switches it on."""
    return press(lambda session: staff.take_back(session, record_id), _page_of(record_id))


def _page_of(employee_id: int) -> str:
    return url_for("organisation.show_employee", record_id=employee_id)


def _leaving_changes(employee_id: int, owned: list[Owned]) -> list[tuple[int | None, str]]:
    login = login_of(current_session(), employee_id)
    found: list[tuple[int | None, str]] = [
        (
            one.count,
            _("%(what)s: go to whoever takes over, with their unit", what=one.resource.title),
        )
        for one in owned
        if one.moves
    ]
    if login is not None:
        words = _("The account %(login)s is closed; every device is signed out now", login=login)
        found.append((None, words))
    return [*found, (None, _("Nobody can choose the person for anything new"))]


def _leaving_keeps(employee: Employee, owned: list[Owned]) -> list[tuple[int | None, str]]:
    found: list[tuple[int | None, str]] = [
        (one.count, _("%(what)s: stay under the name", what=one.resource.title))
        for one in owned
        if not one.moves
    ]
    found += [
        (None, _("%(what)s: the add-on is disabled; what lies there is not moved", what=what))
        for what in leaving.switched_off()
    ]
    past = _("History, and results of the past: they stay with %(name)s", name=employee.name)
    return [*found, (None, past), (None, _("The person can be taken back at any time"))]


def _fields(form: EmployeeForm) -> EmployeeFields:
    values = form.values()
    return EmployeeFields(**{k: v for k, v in values.items() if v is not None})


def _facts(employee: Employee) -> list[Fact]:
    session = current_session()
    unit = session.get_one(OrgUnit, employee.unit_id)
    position = session.get(Position, employee.position_id) if employee.position_id else None
    superior = session.get(Employee, employee.superior_id) if employee.superior_id else None
    headed = unit_labels(session, headed_unit_ids(session, employee.id))
    return [
        Fact(
            _("Unit"),
            localized(unit.name),
            url=url_for("organisation.show_unit", record_id=unit.id),
        ),
        Fact(_("Position"), localized(position.name) if position else None),
        Fact(
            _("Superior"),
            superior.name if superior else None,
            url=_page_of(superior.id) if superior else None,
        ),
        Fact(_("Heads these units"), "、".join(headed.values())),
        Fact(_("E-mail"), employee.email),
        Fact(_("Phone"), employee.phone),
    ]


def _actions(employee: Employee) -> list[Action]:
    may = (EMPLOYEE.value, Verb.UPDATE.value)

    def url(verb: str) -> str:
        return url_for(f"organisation.{verb}", record_id=employee.id)

    if not employee.active:
        return [Action(_("Take back"), url("come_back"), primary=True, post=True, needs=may)]
    return [
        Action(_("Mark as left…"), url("leave"), dangerous=True, needs=may),
        Action(_("Edit"), url("edit_employee"), icon="edit", primary=True, needs=may),
    ]
