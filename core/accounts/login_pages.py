"""Signing in and out, and choosing the first password."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.access.decorators import public, signed_in
from core.accounts.blueprint import blueprint
from core.accounts.code_check import sign_in_with_code
from core.accounts.forms import CodeForm, FirstPasswordForm, RecoveryForm, SignInForm
from core.accounts.models import Stage
from core.accounts.password_change import redeem_secret
from core.accounts.reauthentication import LONGEST_NEXT, kept_form
from core.accounts.request_identity import (
    clear_session_cookie,
    client_of_request,
    set_session_cookie,
)
from core.accounts.sessions import end_session
from core.accounts.sign_in import CodesUsedUpError, SignedIn, sign_in
from core.accounts.throttling import TooManyAttemptsError
from core.audit.services import record
from core.errors import DomainError, Refused
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work
from core.web.addresses import local_path
from core.web.forms import NOTHING as NO_INPUT
from core.web.forms import Form


@blueprint.route("/login", methods=["GET", "POST"], endpoint="sign_in")
@public("whoever has an account signs in here")
def sign_in_page() -> ResponseReturnValue:
    """Show the form, or check login and password and go where the reader wanted to."""
    target = local_path(request.values.get("next"))
    if request.method == "GET" and g.actor.is_signed_in:
        return redirect(target, 303)
    form, before = SignInForm(), g.login_session or g.half_session
    return _answer(
        "accounts/login.html",
        form,
        lambda: sign_in(
            form.login.data or "",
            form.password.data or "",
            client_of_request(),
            replaces=before.id if before else None,
        ),
        target,
    )


@blueprint.route("/login/code", methods=["GET", "POST"])
@public("who has given the password gives the code here; nobody is known before")
def sign_in_code() -> ResponseReturnValue:
    """Ask for the code that is due after the password, or for a recovery code in its place."""
    target, half = local_path(request.values.get("next")), g.half_session
    if half is None:
        if not g.actor.is_signed_in and request.method == "POST":
            flash(_("It took too long, or too many codes were wrong. Begin again."), "warn")
        again = url_for("accounts.sign_in", next=_wanted(target))
        return redirect(target if g.actor.is_signed_in else again, 303)
    recovery = "recovery" in request.values
    form = RecoveryForm() if recovery else CodeForm()
    try:
        return _answer(
            "accounts/code.html",
            form,
            lambda: sign_in_with_code(half, form.secret_code.data or "", client_of_request()),
            target,
            recovery=recovery,
        )
    except CodesUsedUpError as over:  # no field for a code that nothing would take any more
        anew = SignInForm(NO_INPUT)
        anew.refuse(Refused(over.message))
        kept = request.form.get("kept")
        page = render_template("accounts/login.html", form=anew, kept=kept, target=target)
        return make_response(page, over.status)


@blueprint.route("/login/first", methods=["GET", "POST"])
@public("a one-time secret takes the place of the password here")
def first_password() -> ResponseReturnValue:
    """Let somebody with a one-time secret choose a password, and sign them in."""
    form = FirstPasswordForm()
    return _answer(
        "accounts/first_password.html",
        form,
        lambda: redeem_secret(
            form.login.data or "",
            form.secret.data or "",
            form.new_password.data or "",
            client_of_request(),
        ),
        "/",
    )


@blueprint.post("/logout")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session in the database and take the cookie away."""
    held = g.login_session
    with unit_of_work() as writing:
        end_session(writing, held.id, "signed out")
        record(writing, "sign-out", "core.user", held.user_id)
    session.clear()
    flash(_("You are signed out."), "ok")
    response: Response = redirect(url_for("accounts.sign_in"), 303)
    clear_session_cookie(response)
    return response


def _ask_for_code(done: SignedIn, target: str) -> ResponseReturnValue:
    """Lead to the second page; a form typed in goes along, for no address could hold it."""
    kept = request.form.get("kept")
    response: Response
    if kept:
        page = render_template(
            "accounts/code.html", form=CodeForm(NO_INPUT), kept=kept, target=target, recovery=False
        )
        response = make_response(page)
    else:
        response = redirect(url_for("accounts.sign_in_code", next=_wanted(target)), 303)
    set_session_cookie(response, done.token)
    return response


def _wanted(target: str) -> str | None:
    return target if target != "/" and len(target) <= LONGEST_NEXT else None


def _answer(
    template: str, form: Form, act: Callable[[], SignedIn], target: str, **more: Any
) -> ResponseReturnValue:
    """Sign in by `act` and go to `target`, or show the form with the words of the refusal.

    Passwords are never sent back.
    """
    refused: DomainError | None = None
    if request.method == "POST" and form.validate():
        try:
            return _welcome(act(), target)
        except CodesUsedUpError:
            raise
        except DomainError as error:
            form.refuse(error if isinstance(error, Refused) else Refused(error.message))
            refused = error
    kept = request.form.get("kept")
    page = render_template(template, form=form, kept=kept, target=target, **more)
    invalid = 422 if form.all_errors else 200
    response = make_response(page, refused.status if refused else invalid)
    if isinstance(refused, TooManyAttemptsError):
        response.headers["Retry-After"] = str(refused.seconds)
    return response


def _welcome(done: SignedIn, target: str) -> ResponseReturnValue:
    """Give the browser its new session; nothing of the one before is kept but a form typed in."""
    if done.stage == Stage.CODE:
        return _ask_for_code(done, target)
    kept = kept_form(request.form.get("kept"), done.user_id)
    session.clear()  # a new token for forms, so that none planted before the sign-in counts
    response: Response
    if kept is not None and not done.must_change_password and done.stage == Stage.OPEN:
        response = make_response(render_template("accounts/continue.html", **kept))
    else:
        response = redirect(target, 303)
    set_session_cookie(response, done.token)
    return response
