"""The own account: who I am here, my password, the devices that I am signed in on."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core.access.decorators import signed_in
from core.accounts.blueprint import blueprint
from core.accounts.forms import PasswordForm
from core.accounts.password_change import change_password
from core.accounts.queries import user_row
from core.accounts.request_identity import client_of_request, set_session_cookie
from core.accounts.sessions import device_words, end_all_sessions, end_own_session, open_sessions
from core.accounts.throttling import TooManyAttemptsError
from core.actor import current_actor
from core.audit.services import record
from core.errors import Refused
from core.i18n import LOCALES, current_locale, ngettext
from core.i18n import gettext as _
from core.unit_of_work import current_session, unit_of_work
from core.web.answering import press
from core.web.navigation import DENSITIES, THEMES, chosen


@blueprint.get("/account")
@signed_in
def profile() -> ResponseReturnValue:
    """Show the account and its choices; they are stored by the web package."""
    return render_template(
        "accounts/profile.html",
        user=user_row(current_session(), current_user.id),
        present={
            "locale": current_locale(),
            "theme": chosen("theme", THEMES),
            "density": chosen("density", DENSITIES),
            "money_unit": current_actor().money_unit,
        },
        locales=LOCALES,
    )


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Replace the own password; other sessions end, this browser goes on with a new one."""
    form = PasswordForm()
    if form.accepts(lambda: _change(form)):
        flash(_("Your password is changed. Every other device is signed out."), "ok")
        response = redirect(url_for("accounts.profile"), 303)
        set_session_cookie(response, form.result.token)
        return response
    cancel = None if current_user.must_change_password else url_for("accounts.profile")
    return form.render(
        "accounts/password.html",
        title=_("Change password"),
        submit=_("Change password"),
        cancel=cancel,
        forced=current_user.must_change_password,
    )


@blueprint.get("/account/sessions")
@signed_in
def own_sessions() -> ResponseReturnValue:
    """List the devices that the reader is signed in on."""
    found = open_sessions(current_session(), current_user.id)
    return render_template(
        "accounts/sessions.html",
        sessions=[(one, device_words(one.user_agent)) for one in found],
        here=g.login_session.id,
    )


@blueprint.post("/account/sessions/<int:session_id>/end")
@signed_in
def end_one(session_id: int) -> ResponseReturnValue:
    """Sign one of the own devices out."""
    return press(
        lambda session: end_own_session(session, current_user.id, session_id),
        url_for("accounts.own_sessions"),
        said=_("That device is signed out."),
    )


@blueprint.post("/account/sessions/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """Sign every own device out but this one."""
    user_id, here = current_user.id, g.login_session.id
    with unit_of_work() as session:
        ended = end_all_sessions(session, user_id, "killed", but=here)
        record(session, "end-sessions", "core.user", user_id, changes={"ended": ended})
    words = ngettext("%(num)s device was signed out.", "%(num)s devices were signed out.", ended)
    flash(words, "ok")
    return redirect(url_for("accounts.own_sessions"), 303)


def _change(form: PasswordForm) -> object:
    try:
        return change_password(
            current_user.id,
            form.current.data or "",
            form.new_password.data or "",
            client_of_request(),
        )
    except TooManyAttemptsError as error:
        raise Refused(error.message, fields={"current": [error.message]}) from error
