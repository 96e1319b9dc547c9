"""The administrator's pages of accounts."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.access.guarded_session import GuardedSession
from core.accounts import services
from core.accounts.blueprint import blueprint
from core.accounts.devices import device_words
from core.accounts.forms import NewUserForm, UserForm
from core.accounts.lists import STATES, TONES, USERS
from core.accounts.queries import UserRow, user_row
from core.accounts.resources import USER
from core.accounts.services import NewSecret, load_user
from core.accounts.sessions import open_sessions
from core.contributions import Verb
from core.errors import DomainError, NotFound
from core.i18n import gettext as _
from core.i18n import ngettext
from core.unit_of_work import current_session, unit_of_work
from core.web.forms import Form
from core.web.lists import render_list
from core.web.records import Action, Crumb, Fact, RecordPage, render_record

MANAGE = (USER, Verb.UPDATE)


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
    if form.accepts(lambda: _write(lambda s: services.create_user(s, **form.values()))):
        return _secret_page(form.result)
    return form.render(
        title=_("New user account"), submit=_("Create"), cancel=url_for("accounts.users")
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
            sub=[row.employee, row.unit],
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
    done = url_for("accounts.show_user", record_id=record_id)
    if form.accepts(
        lambda: _write(
            lambda s: services.update_user(
                s, record_id, row_version=form.row_version, **form.values()
            )
        )
    ):
        flash(_("Saved."), "ok")
        return redirect(done, 303)
    return form.render(title=_("Edit account"), cancel=done)


@blueprint.route("/admin/users/<int:record_id>/reset", methods=["GET", "POST"])
@needs(USER, Verb.UPDATE)
def reset(record_id: int) -> ResponseReturnValue:
    """Ask, then take the password away and show a one-time secret for a new one."""
    row, form = _row(record_id), Form()
    if form.accepts(lambda: _write(lambda s: services.reset_user(s, record_id))):
        return _secret_page(form.result)
    hours = int(services.SECRET_LIFE.total_seconds() // 3600)
    return form.render(
        "web/confirm.html",
        title=_("Reset the password of %(login)s", login=row.login),
        submit=_("Reset password"),
        cancel=url_for("accounts.show_user", record_id=record_id),
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
    row, form = _row(record_id), Form()
    here = url_for("accounts.show_user", record_id=record_id)
    if form.accepts(lambda: _write(lambda s: services.set_user_active(s, record_id, active=False))):
        flash(_("Done."), "ok")
        return redirect(here, 303)
    return form.render(
        "web/confirm.html",
        title=_("Disable %(login)s", login=row.login),
        submit=_("Disable"),
        cancel=here,
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
    return _act(record_id, lambda s: services.set_user_active(s, record_id, active=True))


@blueprint.post("/admin/users/<int:record_id>/end-sessions")
@needs(USER, Verb.UPDATE)
def end_sessions(record_id: int) -> ResponseReturnValue:
    """Sign every device of a user out."""
    return _act(record_id, lambda s: services.end_sessions_of(s, record_id))


def _signed_out(user_id: int) -> tuple[int, str]:
    devices = len(open_sessions(current_session(), user_id))
    return devices, ngettext("device is signed out now", "devices are signed out now", devices)


def _act(record_id: int, act: Callable[[GuardedSession], Any]) -> ResponseReturnValue:
    """Run one verb; a refusal is told on the account's page."""
    try:
        _write(act)
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        flash(str(error), "bad")
        return redirect(url_for("accounts.show_user", record_id=record_id), 303)
    flash(_("Done."), "ok")
    return redirect(url_for("accounts.show_user", record_id=record_id), 303)


def _write(act: Callable[[GuardedSession], Any]) -> Any:
    with unit_of_work() as session:
        return act(session)


def _secret_page(made: NewSecret) -> ResponseReturnValue:
    first = url_for("accounts.first_password", _external=True)
    return render_template("accounts/secret.html", made=made, first=first, host=request.host)


def _row(record_id: int) -> UserRow:
    row = user_row(current_session(), record_id)
    if row is None:
        raise NotFound(_("There is no such account."))
    return row


def _tag(row: UserRow) -> tuple[str, str]:
    state = "disabled" if not row.active else ("waiting" if row.waiting else "active")
    return str(STATES[state]), TONES.get(state, "")


def _facts(row: UserRow) -> list[Fact]:
    return [
        Fact(_("Employee"), row.employee),
        Fact(_("Unit"), row.unit),
        Fact(_("Role"), _("Administrator") if row.is_administrator else _("User")),
        Fact(_("Last sign-in"), row.last_login_at, kind="instant"),
    ]


def _actions(row: UserRow) -> list[Action]:
    def url(verb: str) -> str:
        return url_for(f"accounts.{verb}", record_id=row.id)

    if not row.active:
        return [Action(_("Enable"), url("enable"), primary=True, post=True, needs=MANAGE)]
    return [
        Action(_("Reset password"), url("reset"), icon="undo", needs=MANAGE),
        Action(_("End sessions"), url("end_sessions"), icon="x", post=True, needs=MANAGE),
        Action(_("Disable"), url("disable"), dangerous=True, needs=MANAGE),
        Action(_("Edit"), url("edit_user"), icon="edit", primary=True, needs=MANAGE),
    ]
