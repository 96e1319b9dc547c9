"""The pages of the web package itself: the start page and the reader's choices."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.access.decorators import needs, public, signed_in
from core.accounts.models import User
from core.actor import current_actor
from core.addons.status import disabled_titles
from core.contributions import Verb
from core.errors import DomainError
from core.i18n import LOCALES, MONEY_UNITS
from core.i18n import gettext as _
from core.settings.services import set_value
from core.unit_of_work import unit_of_work
from core.web import workspace as start
from core.web.addresses import local_path
from core.web.answering import answer, press
from core.web.navigation import DENSITIES, THEMES
from core.web.who import who_file, who_page
from core.web.why import WHO, why_page
from core.web.workspace import SETS_UP, STEPS_SHOWN

blueprint = Blueprint("web", __name__, template_folder="templates")
CHOICES = {
    "theme": THEMES,
    "locale": tuple(LOCALES),
    "density": DENSITIES,
    "money_unit": MONEY_UNITS,
}
SIGN_IN_PAGE = {"theme", "locale", "density"}  # what it shows
YEAR_SECONDS = 31_536_000


@blueprint.get("/")
@signed_in
def workspace() -> str:
    """Show the start page."""
    pinned_here = start.shortcuts()
    return render_template(
        "web/workspace.html",
        greeting=start.greeting(),
        date_line=start.date_line(),
        page=start.page(),
        steps=start.first_steps(),
        shortcuts=pinned_here,
        disabled=disabled_titles() if not pinned_here else "",
    )


@blueprint.route("/shortcuts", methods=["GET", "POST"])
@signed_in
def shortcuts() -> ResponseReturnValue:
    """Choose which pages stand on the start page."""
    form = start.ShortcutsForm(pins=[one.endpoint for one in start.shortcuts()])
    return answer(
        form,
        lambda session: start.store_shortcuts(session, form.pins.data),
        url_for("web.workspace"),
        title=_("Choose your shortcuts"),
    )


@blueprint.post("/first-steps/hide")
@needs(*SETS_UP)
def hide_first_steps() -> Response:
    """Hide the checklist for everybody; the settings bring it back."""
    return press(
        lambda session: set_value(session, STEPS_SHOWN.key, value=False),
        url_for("web.workspace"),
        said=_("The first steps are hidden. The settings bring them back."),
    )


@blueprint.get("/why")
@signed_in
def why() -> str:
    """Explain a right: the reader's own, on records that the reader may see."""
    return why_page(request.args.to_dict())


@blueprint.get("/who")
@needs(WHO, Verb.QUERY)
def who() -> str:
    """Name everybody who may do something with a record that the reader sees."""
    return who_page(request.args.to_dict())


@blueprint.get("/who/export")
@needs(WHO, Verb.EXPORT)
def export_who() -> ResponseReturnValue:
    """Give the same as a file, for evidence."""
    return who_file(request.args.to_dict()).response()


@blueprint.post("/preferences")
@public("theme and language belong to the reader, with or without an account")
def preferences() -> Response:
    """Store a choice of how things look, and go back to the page on which it was made."""
    chosen = _choices(request.form)
    response = redirect(local_path(request.form.get("next")), code=303)
    user_id = current_actor().user_id
    if user_id is not None:  # they follow the account to every device
        with unit_of_work() as session:
            user = session.get_one(User, user_id)
            for name, value in chosen.items():
                setattr(user, name, value)
    for name in SIGN_IN_PAGE & chosen.keys():  # which should look the same
        value = chosen[name]
        response.set_cookie(
            name,
            value,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response


def _choices(form: Mapping[str, str]) -> dict[str, str]:
    """Return the valid choices in a form; raise DomainError for a value that does not exist."""
    chosen = {name: form[name] for name in CHOICES if name in form}
    for name, value in chosen.items():
        if value not in CHOICES[name]:
            raise DomainError(_("There is no such choice: %(value)s", value=value[:40]))
    return chosen
