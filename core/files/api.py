"""The programming interface of attachments."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Response, request

from core.access.decorators import needs
from core.api import Api, Out
from core.api.reading import PARTS
from core.contributions import Verb
from core.errors import Refused
from core.files import services
from core.files.models import FILE
from core.files.queries import file_view, files_of
from core.files.storage import Stored
from core.files.views import content
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.remarks.subject import subject

api = Api("files_api", __name__, url_prefix="/api/v1/files")


class FileOut(Out):
    """A file on a record; the media type is found in its bytes."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    uploader: str
    at: datetime
    may_delete: bool


@api.on("GET", "/<resource>/<int:record_id>", summary=_l("List the files of a record"))
@needs(FILE, Verb.QUERY)
def files(resource: str, record_id: int) -> list[FileOut]:
    """Answer all files, the newest first."""
    found: Any = files_of(subject(resource, record_id))
    return found  # type: ignore[no-any-return]


@contextmanager
def _received(resource: str, record_id: int) -> Iterator[Sequence[Stored]]:
    """Lay the part `file` on the disk; bytes of a request that was answered before are swept."""
    sent: Any = [(f.stream, f.filename or "") for f in request.files.getlist("file")]
    if len(sent) > 1:
        words = _("Send one file in each request.")
        raise Refused(_("Nothing was stored."), fields={"file": [words]})
    with services.received(resource, record_id, sent) as stored:
        yield stored


@api.on(
    "POST",
    "/<resource>/<int:record_id>",
    summary=_l("Attach a file to a record"),
    status=201,
    takes=PARTS,
    prepare=_received,
)
@needs(FILE, Verb.CREATE)
def attach(resource: str, record_id: int, ready: Sequence[Stored]) -> FileOut:
    """Store the part `file`."""
    (row,) = services.attach(resource, record_id, ready)
    return file_view(row, may_delete=True)  # type: ignore[return-value]


@api.on("GET", "/<int:file_id>/content", summary=_l("Download a file"), gives="*/*")
@needs(FILE, Verb.QUERY)
def download(file_id: int) -> Response:
    """Answer the bytes."""
    return content(file_id)


@api.on("DELETE", "/<int:file_id>", summary=_l("Delete a file"))
@needs(FILE, Verb.CREATE)
def detach(file_id: int) -> None:
    """Delete an own file, or any on a record that the caller may change."""
    services.detach(file_id)
