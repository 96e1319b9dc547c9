"""The pages of the web package itself: the start page and the reader's choices."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from core.access.decorators import public, signed_in
from core.web import workspace as start
from core.web.preferences import change_preferences

blueprint = Blueprint("web", __name__, template_folder="templates")


@blueprint.get("/")
@signed_in
def workspace() -> str:
    """Show the start page."""
    return render_template(
        "web/workspace.html",
        greeting=start.greeting(),
        date_line=start.date_line(),
        cards=start.cards(),
        shortcuts=start.shortcuts(),
        first_steps=start.first_steps(),
    )


@blueprint.post("/preferences")
@public("theme and language belong to the reader, with or without an account")
def preferences() -> Response:
    """Store theme, language or density."""
    return change_preferences()
