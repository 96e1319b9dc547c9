"""The inbox: the list, one notification on the way to its record, and the marks."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from core.access.decorators import needs
from core.contributions import Verb
from core.i18n import gettext as _
from core.i18n import ngettext
from core.notifications.lists import NOTIFICATIONS, reader_id
from core.notifications.models import NOTIFICATION
from core.notifications.queries import own_one
from core.notifications.services import mark_read
from core.unit_of_work import current_session, unit_of_work
from core.web.lists import render_list, return_to

blueprint = Blueprint(
    "notifications",
    __name__,
    url_prefix="/notifications",
    template_folder="templates",
)


@blueprint.get("/")
@needs(NOTIFICATION, Verb.QUERY)
def index() -> str | Response:
    """List the reader's notifications."""
    return render_list(NOTIFICATIONS, template="notifications/index.html")


@blueprint.get("/<int:record_id>")
@needs(NOTIFICATION, Verb.QUERY)
def show(record_id: int) -> Response:
    """Go where a notification leads, which is how it is read."""
    found = own_one(current_session(), reader_id(), record_id)
    if not found.is_read:
        with unit_of_work() as session:
            mark_read(session, reader_id(), [record_id])
    if found.address is None:
        flash(found.title, "plain")
    return redirect(found.address or url_for("notifications.index"), 303)


@blueprint.post("/read")
@needs(NOTIFICATION, Verb.UPDATE)
def read() -> Response:
    """Mark the ticked ones as read."""
    with unit_of_work() as session:
        ids = session.scalars(NOTIFICATIONS.selection(request.form)).all()
        _say(mark_read(session, reader_id(), ids))
    return redirect(return_to(request.form) or url_for("notifications.index"), 303)


@blueprint.post("/read-all")
@needs(NOTIFICATION, Verb.UPDATE)
def read_all() -> Response:
    """Mark everything that is shown to the reader as read."""
    with unit_of_work() as session:
        _say(mark_read(session, reader_id()))
    return redirect(url_for("notifications.index"), 303)


def _say(done: int) -> None:
    if done:
        flash(ngettext("%(num)s marked as read.", "%(num)s marked as read.", done), "ok")
    else:
        flash(_("All of it was read before."), "plain")
