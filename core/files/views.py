"""Uploading, answering and deleting attachments; the tab on a record's page."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.access.decorators import needs
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.files import services
from core.files.models import FILE, LIMIT, MOST
from core.files.queries import files_of, readable_file
from core.files.storage import ANY, path_of
from core.i18n import gettext as _
from core.i18n import ngettext
from core.remarks.subject import Subject, subject
from core.settings.services import get
from core.unit_of_work import current_unit, unit_of_work
from core.web.answering import confirm

TAB = "attachments"
blueprint = Blueprint("files", __name__, url_prefix="/files", template_folder="templates")
LOCKED = "sandbox; default-src 'none'"


def render_tab(about: Subject) -> Markup:
    """Return the files of a record that the caller has loaded, with the form to add some."""
    return Markup(  # noqa: S704 - a template of ours
        render_template("files/tab.html", files=files_of(about), **_limits(about))
    )


@blueprint.post("/<resource>/<int:record_id>")
@needs(FILE, Verb.CREATE)
def upload(resource: str, record_id: int) -> ResponseReturnValue:
    """Store files on a record, all or none, and go back to it."""
    about = subject(resource, record_id)
    page = _page(about)
    sent: Any = [(f.stream, f.filename) for f in request.files.getlist("file") if f.filename]
    try:
        with services.received(resource, record_id, sent) as stored, unit_of_work():
            services.attach(resource, record_id, stored)
    except Refused as refused:
        about = subject(resource, record_id)
        context = {"refused": refused, "page": page, "label": about.label, **_limits(about)}
        return render_template("files/refused.html", **context), refused.status
    number = len(stored)
    flash(ngettext("%(num)s file was attached.", "%(num)s files were attached.", number), "ok")
    return redirect(page, 303)


@blueprint.get("/<int:file_id>")
@needs(FILE, Verb.QUERY)
def download(file_id: int) -> ResponseReturnValue:
    """Answer a file to be stored, never to be opened in the site's name."""
    return content(file_id)


@blueprint.get("/<int:file_id>/view")
@needs(FILE, Verb.QUERY)
def view(file_id: int) -> ResponseReturnValue:
    """Answer an image or a PDF to be looked at; anything else is downloaded."""
    return content(file_id, inline=True)


@blueprint.route("/<int:file_id>/delete", methods=["GET", "POST"])
@needs(FILE, Verb.CREATE)
def delete(file_id: int) -> ResponseReturnValue:
    """Ask, then delete a file."""
    file, about = services.deletable_file(file_id)
    return confirm(
        lambda _session: services.detach(file_id),
        _page(about),
        said=_("The file was deleted."),
        title=_("Delete “%(name)s”", name=file.name),
        submit=_("Delete"),
        happens=[(None, _("The file goes for everybody. This cannot be undone."))],
        keeps=[(None, _("The history keeps that there was such a file."))],
    )


def _page(about: Subject) -> str:
    return url_for(about.resource.endpoint or "", record_id=about.record_id, tab=TAB)


def _limits(about: Subject) -> dict[str, Any]:
    may = current_unit().access.may(FILE, Verb.CREATE)
    own: dict[str, Any] = {"resource": about.resource.key, "record_id": about.record_id}
    address = url_for("files.upload", **own) if may else None
    return {"upload_url": address, "limit": get(LIMIT), "most": MOST}


def content(file_id: int, *, inline: bool = False) -> Response:
    """Answer a file of a record that the actor sees; only kinds known by their bytes are shown."""
    file, _about = readable_file(file_id)
    path = path_of(file.stored_as)
    if not path.is_file():
        current_app.logger.error("the bytes of attachment %s are missing", file.id)
        raise NotFound(_("The content of this file is missing. Tell the administrator."))
    shown = inline and file.media_type != ANY
    response = send_file(
        path,
        mimetype=file.media_type if shown else ANY,
        as_attachment=not shown,
        download_name=file.name,
        conditional=False,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = LOCKED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
