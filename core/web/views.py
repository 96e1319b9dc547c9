"""The pages of the web package itself: the start page and the reader's choices."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from core.access.decorators import public, signed_in
from core.web import workspace as start
from core.web.preferences import change_preferences
from core.web.why import why_page

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
