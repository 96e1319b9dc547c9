"""The own second factor: set one up, renew recovery codes, switch it off."""

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access.decorators import signed_in
from core.accounts import second_factor as service
from core.accounts.blueprint import blueprint
from core.accounts.code_check import take_into_use
from core.accounts.forms import CodeForm, ProofForm
from core.accounts.proving import prove_present
from core.accounts.request_identity import client_of_request, set_session_cookie
from core.accounts.totp import address_of, grouped, picture
from core.i18n import gettext as _
from core.unit_of_work import current_session, unit_of_work


@blueprint.get("/account/second-factor")
@signed_in
def second_factor() -> ResponseReturnValue:
    """Show whether the reader has one, and what can be done."""
    return render_template(
        "accounts/second_factor.html",
        standing=service.standing(current_session(), current_user.id),
        all_codes=service.RECOVERY_CODES,
        page_of={
            "begin": url_for("accounts.begin_second_factor"),
            "codes": url_for("accounts.renew_recovery_codes"),
            "off": url_for("accounts.end_second_factor"),
        },
    )


@blueprint.route("/account/second-factor/begin", methods=["GET", "POST"])
@signed_in
def begin_second_factor() -> ResponseReturnValue:
    """Ask who it is, then make a secret for a phone."""
    form, held = ProofForm(), g.login_session

    def act() -> None:
        prove_present(form.password)
        with unit_of_work() as session:
            service.begin(session, held.user_id, held.id)

    if form.accepts(act):
        return redirect(url_for("accounts.confirm_second_factor"), 303)
    return form.render(
        title=_("Set up an authenticator app"),
        submit=_("Go on"),
        cancel=url_for("accounts.second_factor"),
    )


@blueprint.route("/account/second-factor/confirm", methods=["GET", "POST"])
@signed_in
def confirm_second_factor() -> ResponseReturnValue:
    """Show the secret as QR code and as text until the phone has shown a code for it."""
    held = g.login_session
    secret = service.waiting_secret(current_session(), held.user_id, held.id)
    if secret is None:
        flash(_("Nothing was changed: begin anew, a secret can be scanned for 15 minutes."), "warn")
        return redirect(url_for("accounts.second_factor"), 303)
    form, address = CodeForm(), address_of(current_user.login, secret, request.host)
    typed = form.secret_code.data or ""
    if form.accepts(lambda: take_into_use(held, typed, client_of_request())):
        signed, codes = form.result
        response = make_response(_codes_page(codes, is_new=True))
        set_session_cookie(response, signed.token)
        return response
    return form.render(
        "accounts/second_factor_confirm.html",
        title=_("Set up an authenticator app"),
        submit=_("Take it into use"),
        cancel=url_for("accounts.second_factor"),
        secret=grouped(secret),
        address=address,
        picture=picture(address),
    )


@blueprint.route("/account/second-factor/codes", methods=["GET", "POST"])
@signed_in
def renew_recovery_codes() -> ResponseReturnValue:
    """Ask who it is, then replace the recovery codes and show them, once."""
    form = ProofForm()
    user_id = current_user.id

    def act() -> tuple[str, ...]:
        prove_present(form.password)
        with unit_of_work() as session:
            return service.renew_codes(session, user_id)

    if form.accepts(act):
        return make_response(_codes_page(form.result, is_new=False))
    return form.render(
        title=_("New recovery codes"),
        sub=_("Those that you have now stop working."),
        submit=_("Make new ones"),
        cancel=url_for("accounts.second_factor"),
    )


@blueprint.route("/account/second-factor/off", methods=["GET", "POST"])
@signed_in
def end_second_factor() -> ResponseReturnValue:
    """Ask who it is, then take the second factor away, unless it is demanded."""
    form = ProofForm()
    user_id = current_user.id
    against = service.why_kept(current_session(), user_id)

    def act() -> None:
        prove_present(form.password)
        with unit_of_work() as session:
            service.switch_off(session, user_id)

    if form.accepts(act):
        flash(_("Your second factor is switched off."), "ok")
        response: Response = redirect(url_for("accounts.second_factor"), 303)
        return response
    return form.render(
        "web/confirm.html",
        title=_("Switch the second factor off"),
        submit=_("Switch it off"),
        cancel=url_for("accounts.second_factor"),
        obstacles=[against] if against else [],
        happens=[
            (None, _("From the next sign-in on, the password alone is enough")),
            (None, _("Your phone and your recovery codes work no more here")),
        ],
        keeps=[(None, _("Your password, devices and API tokens"))],
    )


def _codes_page(codes: tuple[str, ...], *, is_new: bool) -> str:
    return render_template(
        "accounts/recovery_codes.html", codes=codes, is_new=is_new, host=request.host
    )
