"""Answering the bytes of a file so that nothing in it can act in the site's name."""

from flask import Response, current_app, send_file

from core.errors import NotFound
from core.files.queries import readable_file
from core.files.storage import ANY, path_of
from core.i18n import gettext as _

LOCKED = "sandbox; default-src 'none'"


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
