"""The administrator's page that takes away a second factor whose phone is lost."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.accounts.blueprint import blueprint
from core.accounts.forms import ProofForm
from core.accounts.proving import prove_present
from core.accounts.resources import USER
from core.accounts.services import load_user, reset_second_factor, why_no_reset
from core.contributions import Verb
from core.i18n import gettext as _
from core.unit_of_work import current_session, unit_of_work


@blueprint.route("/admin/users/<int:record_id>/reset-second-factor", methods=["GET", "POST"],
                 endpoint="reset_second_factor")  # fmt: skip
@needs(USER, Verb.UPDATE)
def reset_page(record_id: int) -> ResponseReturnValue:
    """Ask who it is, then take somebody's second factor away."""
    user, form = load_user(current_session(), record_id), ProofForm()
    login, against = user.login, why_no_reset(current_session(), user)
    back = url_for("accounts.show_user", record_id=record_id)

    def act() -> None:
        prove_present(form.password)
        with unit_of_work() as session:
            reset_second_factor(session, record_id)

    if form.accepts(act):
        flash(_("%(login)s signs in with the password alone now.", login=login), "ok")
        return redirect(back, 303)
    return form.render(
        "web/confirm.html",
        title=_("Reset the second factor of %(login)s", login=login),
        submit=_("Reset second factor"),
        cancel=back,
        obstacles=[against] if against else [],
        happens=[
            (None, _("The phone and the recovery codes of %(login)s work no more", login=login)),
            (None, _("Every device is signed out, and every API token ends")),
            (None, _("Rights that need a second factor wait until a new one is set up")),
            (None, _("The person is told")),
        ],
        keeps=[(None, _("The password: reset it too if somebody else may know it"))],
    )
