"""The settings page."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.access.guarded_session import GuardedSession
from core.contributions import Verb
from core.i18n import gettext as _
from core.settings import pages
from core.settings.pages import field_name, settings_form
from core.settings.services import set_value
from core.web.answering import answer

blueprint = Blueprint(
    "settings", __name__, url_prefix="/admin/settings", template_folder="templates"
)


@blueprint.get("/")
@needs("core.setting", Verb.CONFIGURE)
def index() -> ResponseReturnValue:
    """Go to the first group of settings."""
    groups = pages.groups()
    if groups:
        return redirect(url_for(".group", owner=groups[0].owner))
    return render_template("settings/empty.html")


@blueprint.route("/<owner>", methods=["GET", "POST"])
@needs("core.setting", Verb.CONFIGURE)
def group(owner: str) -> ResponseReturnValue:
    """Show and change the settings of the core or of one add-on."""
    chosen = pages.group_of(owner)
    form = settings_form(chosen.settings)

    def act(session: GuardedSession) -> None:
        for definition in chosen.settings:
            set_value(session, definition.key, form[field_name(definition)].data)

    return answer(
        form,
        act,
        url_for(".group", owner=owner),
        said=_("The settings are stored and count from now on."),
        template="settings/group.html",
        title=_("Settings"),
        submit=_("Store settings"),
        cancel=None,
        group=chosen,
        groups=pages.groups(),
        changes=pages.recent_changes(chosen),
    )
