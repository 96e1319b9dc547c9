"""The administrator's pages of accounts."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Row, Select, case, select

from core.access.decorators import needs
from core.accounts import services
from core.accounts.blueprint import blueprint
from core.accounts.forms import NewUserForm, UserForm
from core.accounts.identity import has_second_factor
from core.accounts.models import User
from core.accounts.one_time import SECRET_LIFE, NewSecret
from core.accounts.queries import user_row
from core.accounts.resources import USER
from core.accounts.services import load_user
from core.accounts.sessions import device_words, open_sessions
from core.contributions import Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import localized, ngettext
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import current_session
from core.web.answering import DONE, answer, confirm, press
from core.web.lists import Column, Facet, ListSpec, Tab, render_list
from core.web.records import Action, Crumb, Fact, RecordPage, render_record

MANAGE = (USER, Verb.UPDATE)
STATES = {
    "active": _l("enabled"),
    "waiting": _l("no password yet"),
    "disabled": _l("disabled"),
}
TONES = {"active": "ok", "waiting": "warn"}
SECOND = {True: _l("set up"), False: _l("none")}
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
        Column("second", _l("Second factor"), has_second_factor, labels=SECOND),
        Column("seen", _l("Last sign-in"), User.last_login_at, kind="instant", phone="p4"),
    ),
    facets=(
        Facet("state", _l("State"), state_of, choices=STATES),
        Facet("role", _l("Role"), role_of, choices=ROLES),
        Facet("second", _l("Second factor"), has_second_factor, choices=SECOND),
    ),
    search=(User.login, Employee.name, Employee.code),
    search_hint=_l("Login, name, code"),
    sort="login",
    tabs=(Tab("waiting", _l("No password yet"), lambda: {"state": "waiting"}),),
    empty_title=_l("No account yet"),
    empty_text=_l("Accounts let people sign in; each belongs to one employee."),
)


@blueprint.get("/admin/users")
@needs(USER, Verb.QUERY)
def users() -> ResponseReturnValue:
    """List accounts."""
    return render_list(USERS, create="accounts.new_user")


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@needs(USER, Verb.CREATE)
def new_user() -> ResponseReturnValue:
    """Make an account and show its one-time secret, once."""
    form = NewUserForm()
    return answer(
        form,
        lambda session: services.create_user(session, **form.values()),
        _secret_page,
        said="",
        title=_("New user account"),
        submit=_("Create"),
        cancel=url_for("accounts.users"),
    )


@blueprint.get("/admin/users/<int:record_id>")
@needs(USER, Verb.QUERY)
def show_user(record_id: int) -> ResponseReturnValue:
    """Show one account with its open sessions."""
    row = _row(record_id)
    found = open_sessions(current_session(), record_id)
    return render_record(
        RecordPage(
            resource=USER,
            record_id=row.id,
            record=load_user(current_session(), record_id),
            title=row.login,
            sub=[row.employee or "", localized(row.unit)],
            crumbs=[Crumb(_("User accounts"), url_for("accounts.users"))],
            tags=[_tag(row)],
            facts=_facts(row),
            actions=_actions(row),
        ),
        template="accounts/user.html",
        sessions=[(one, device_words(one.user_agent)) for one in found],
    )


@blueprint.route("/admin/users/<int:record_id>/edit", methods=["GET", "POST"])
@needs(USER, Verb.UPDATE)
def edit_user(record_id: int) -> ResponseReturnValue:
    """Link an account to an employee, make it an administrator's or not."""
    form = UserForm.for_record(load_user(current_session(), record_id))
    return answer(
        form,
        lambda session: services.update_user(session, record_id, **form.changes()),
        _page_of(record_id),
        title=_("Edit account"),
        sub=_row(record_id).login,
    )


@blueprint.route("/admin/users/<int:record_id>/reset", methods=["GET", "POST"])
@needs(USER, Verb.UPDATE)
def reset(record_id: int) -> ResponseReturnValue:
    """Ask, then take the password away and show a one-time secret for a new one."""
    hours = int(SECRET_LIFE.total_seconds() // 3600)
    return confirm(
        lambda session: services.reset_user(session, record_id),
        _secret_page,
        said="",
        title=_("Reset the password of %(login)s", login=_row(record_id).login),
        submit=_("Reset password"),
        cancel=_page_of(record_id),
        happens=[
            _signed_out(record_id),
            (None, _("The present password stops working now")),
            (None, _("You get a one-time secret for the person, valid for %(n)s hours", n=hours)),
        ],
        keeps=[(None, _("Everything that the person owns and may do"))],
    )


@blueprint.route("/admin/users/<int:record_id>/disable", methods=["GET", "POST"])
@needs(USER, Verb.UPDATE)
def disable(record_id: int) -> ResponseReturnValue:
    """Ask, then switch an account off."""
    row = _row(record_id)
    return confirm(
        lambda session: services.set_user_active(session, record_id, active=False),
        _page_of(record_id),
        said=DONE,
        title=_("Disable %(login)s", login=row.login),
        submit=_("Disable"),
        obstacles=services.obstacles(current_session(), load_user(current_session(), record_id)),
        happens=[
            _signed_out(record_id),
            (None, _("Nobody can sign in with this account")),
        ],
        keeps=[
            (None, _("All records stay with %(name)s", name=row.employee or row.login)),
            (None, _("Password and rights: enable it again and everything is as before")),
        ],
    )


@blueprint.post("/admin/users/<int:record_id>/enable")
@needs(USER, Verb.UPDATE)
def enable(record_id: int) -> ResponseReturnValue:
    """Switch an account on again."""
    return press(
        lambda session: services.set_user_active(session, record_id, active=True),
        _page_of(record_id),
    )


@blueprint.post("/admin/users/<int:record_id>/end-sessions")
@needs(USER, Verb.UPDATE)
def end_sessions(record_id: int) -> ResponseReturnValue:
    """Sign every device of a user out."""
    return press(lambda session: services.end_sessions_of(session, record_id), _page_of(record_id))


def _page_of(user_id: int) -> str:
    return url_for("accounts.show_user", record_id=user_id)


def _signed_out(user_id: int) -> tuple[int, str]:
    devices = len(open_sessions(current_session(), user_id))
    return devices, ngettext("device is signed out now", "devices are signed out now", devices)


def _secret_page(made: NewSecret) -> ResponseReturnValue:
    first = url_for("accounts.first_password", _external=True)
    return render_template("accounts/secret.html", made=made, first=first, host=request.host)


def _row(record_id: int) -> Row[Any]:
    row = user_row(current_session(), record_id)
    if row is None:
        raise NotFound(_("There is no such account."))
    return row


def _tag(row: Row[Any]) -> tuple[str, str]:
    state = "disabled" if not row.active else ("waiting" if row.waiting else "active")
    return str(STATES[state]), TONES.get(state, "")


def _facts(row: Row[Any]) -> list[Fact]:
    return [
        Fact(_("Employee"), row.employee),
        Fact(_("Unit"), localized(row.unit)),
        Fact(_("Role"), _("Administrator") if row.is_administrator else _("User")),
        Fact(_("Second factor"), str(SECOND[row.second_factor])),
        Fact(_("Last sign-in"), row.last_login_at, kind="instant"),
    ]


def _actions(row: Row[Any]) -> list[Action]:
    def url(verb: str) -> str:
        return url_for(f"accounts.{verb}", record_id=row.id)

    if not row.active:
        return [Action(_("Enable"), url("enable"), primary=True, post=True, needs=MANAGE)]
    return [
        Action(_("Reset password…"), url("reset"), icon="undo", needs=MANAGE),
        *(
            [Action(_("Reset second factor…"), url("reset_second_factor"), needs=MANAGE)]
            if row.second_factor
            else []
        ),
        Action(_("End sessions"), url("end_sessions"), icon="x", post=True, needs=MANAGE),
        Action(_("Disable…"), url("disable"), dangerous=True, needs=MANAGE),
        Action(_("Edit"), url("edit_user"), icon="edit", primary=True, needs=MANAGE),
    ]
