"""The administrator's list of accounts."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, select

from core.accounts.models import User
from core.accounts.resources import USER
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee, OrgUnit
from core.web.lists import Column, Facet, ListSpec, Tab

STATES = {
    "active": _l("enabled"),
    "waiting": _l("no password yet"),
    "disabled": _l("disabled"),
}
TONES = {"active": "ok", "waiting": "warn"}
ROLES = {"administrator": _l("Administrator"), "user": _l("User")}


def _source() -> Select[Any]:
    return (
        select()
        .select_from(User)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
    )


def state_of() -> ColumnElement[str]:
    """Return the state of an account as SQL."""
    return case(
        (~User.active, "disabled"), (User.password_hash.is_(None), "waiting"), else_="active"
    )


def role_of() -> ColumnElement[str]:
    """Return the role of an account as SQL."""
    return case((User.is_administrator, "administrator"), else_="user")


USERS = ListSpec(
    key="core.user",
    resource=USER,
    title=_l("User accounts"),
    endpoint="accounts.users",
    record_endpoint="accounts.show_user",
    id=User.id,
    source=_source,
    columns=(
        Column("login", _l("Login"), User.login, phone="p1"),
        Column("employee", _l("Employee"), Employee.name, sub=Employee.code, phone="p3"),
        Column("unit", _l("Unit"), OrgUnit.name, kind="name", sort=OrgUnit.code),
        Column("role", _l("Role"), role_of, labels=ROLES),
        Column("state", _l("State"), state_of, kind="tag", labels=STATES, tones=TONES, phone="p2"),
        Column("seen", _l("Last sign-in"), User.last_login_at, kind="instant", phone="p4"),
    ),
    facets=(
        Facet("state", _l("State"), state_of, choices=STATES),
        Facet("role", _l("Role"), role_of, choices=ROLES),
    ),
    search=(User.login, Employee.name, Employee.code),
    search_hint=_l("Login, name, code"),
    sort="login",
    tabs=(Tab("waiting", _l("No password yet"), lambda: {"state": "waiting"}),),
    empty_title=_l("No account yet"),
    empty_text=_l("Accounts let people sign in; each belongs to one employee."),
)
