"""The pages of the web package itself: the start page and the reader's choices."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.access.decorators import needs, public, signed_in
from core.addons.switched_off import disabled_titles
from core.i18n import gettext as _
from core.settings.services import set_value
from core.unit_of_work import unit_of_work
from core.web import shortcuts as pinned
from core.web import workspace as start
from core.web.first_steps import RIGHT, SHOWN, first_steps
from core.web.preferences import change_preferences
from core.web.why import why_page

blueprint = Blueprint("web", __name__, template_folder="templates")


@blueprint.get("/")
@signed_in
def workspace() -> str:
    """Show the start page."""
    pinned_here = pinned.shortcuts()
    return render_template(
        "web/workspace.html",
        greeting=start.greeting(),
        date_line=start.date_line(),
        page=start.page(),
        steps=first_steps(),
        shortcuts=pinned_here,
        disabled=disabled_titles() if not pinned_here else "",
    )


@blueprint.route("/shortcuts", methods=["GET", "POST"])
@signed_in
def shortcuts() -> ResponseReturnValue:
    """Choose which pages stand on the start page."""
    form = pinned.ShortcutsForm(pins=[one.endpoint for one in pinned.shortcuts()])
    if form.accepts(lambda: pinned.store_shortcuts(form.pins.data)):
        flash(_("Saved."), "ok")
        return redirect(url_for("web.workspace"), 303)
    page: ResponseReturnValue = form.render(
        title=_("Choose your shortcuts"), cancel=url_for("web.workspace")
    )
    return page


@blueprint.post("/first-steps/hide")
@needs(*RIGHT)
def hide_first_steps() -> Response:
    """Hide the checklist for everybody; the settings bring it back."""
    with unit_of_work() as session:
        set_value(session, SHOWN.key, value=False)
    flash(_("The first steps are hidden. The settings bring them back."), "ok")
    return redirect(url_for("web.workspace"), 303)


@blueprint.get("/why")
@signed_in
def why() -> str:
    """Explain a right: the reader's own, on records that the reader may see."""
    return why_page(request.args.to_dict())


@blueprint.post("/preferences")
@public("theme and language belong to the reader, with or without an account")
def preferences() -> Response:
    """Store theme, language or density."""
    return change_preferences()
