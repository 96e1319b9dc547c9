"""The settings page."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from core.access.decorators import needs
from core.contributions import Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.settings import pages
from core.settings.forms import settings_form
from core.settings.services import set_value
from core.unit_of_work import unit_of_work

blueprint = Blueprint(
    "settings", __name__, url_prefix="/admin/settings", template_folder="templates"
)


@blueprint.get("/")
@needs("core.setting", Verb.CONFIGURE)
def index() -> str | Response:
    """Go to the first group of settings."""
    groups = pages.groups()
    if groups:
        return redirect(url_for(".group", owner=groups[0].owner))
    return render_template("settings/empty.html")


@blueprint.route("/<owner>", methods=["GET", "POST"])
@needs("core.setting", Verb.CONFIGURE)
def group(owner: str) -> str | Response | tuple[str, int]:
    """Show and change the settings of the core or of one add-on."""
    chosen = pages.group_of(owner)
    form = settings_form(chosen.settings, pages.values_of(chosen))
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                for key, value in pages.entered(chosen, form).items():
                    set_value(session, key, value)
        except Refused as refusal:
            _show_refusal(form, refusal)
        else:
            flash(_("The settings are stored and count from now on."), "ok")
            return redirect(url_for(".group", owner=owner))
    status = 422 if form.is_submitted() else 200
    return render_template(
        "settings/group.html",
        group=chosen,
        groups=pages.groups(),
        form=form,
        changes=pages.changes_of(chosen),
    ), status


def _show_refusal(form: FlaskForm, refusal: Refused) -> None:
    for key, words in refusal.fields.items():
        form[key.replace(".", "__")].errors = list(words)
