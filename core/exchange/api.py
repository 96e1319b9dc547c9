"""The programming interface of imports: send a file, map its columns, start, look, stop."""

import io
from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response, request, url_for
from pydantic import Field

from core.access.decorators import signed_in
from core.api import Api, In, Out, Text
from core.exchange import export_views, pages, services
from core.exchange.applying import check_mapping
from core.exchange.export import bad_rows_file
from core.exchange.export_job import own_export
from core.exchange.models import ImportRun
from core.exchange.queries import exchange_for, own_import, row_errors
from core.exchange.upload import received
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session

api = Api("exchange_api", __name__, url_prefix="/api/v1/imports")
exports = Api("exports_api", __name__, url_prefix="/api/v1/exports")
FILE = "application/octet-stream"
SHOWN_ERRORS = 100


class NewImport(In):
    """What the file is for, and what it is called."""

    exchange: Annotated[Text, Field(min_length=1, max_length=120)]
    filename: Annotated[Text, Field(max_length=200)] = ""
    encoding: Literal["utf-8", "gb18030", "big5", "utf-16"] | None = None


class Mapping(In):
    """Which heading of the file each column is taken from."""

    mapping: dict[str, str]


class ExchangeOut(Out):
    """One kind of file that can be taken in."""

    key: str
    title: str
    columns: list[str]
    required: list[str]


class ImportOut(Out):
    """One import of the caller."""

    id: int
    exchange: str
    filename: str
    state: Annotated[str, Field(validation_alias="standing")]
    encoding: str
    headings: list[str]
    mapping: dict[str, str]
    rows_total: int
    rows_done: int
    created: int
    updated: int
    unchanged: int
    refused: int
    uploaded_at: datetime
    finished_at: datetime | None


class RefusedRow(Out):
    """One row that was refused."""

    row_number: int
    cells: list[str]
    reason: str


@api.on("GET", "/kinds", summary=_l("List what can be imported"))
@signed_in
def kinds() -> list[ExchangeOut]:
    """Answer the kinds of files that the caller may send."""
    return [
        ExchangeOut(
            key=one.key,
            title=str(one.title),
            columns=[column.name for column in one.columns],
            required=[column.name for column in one.columns if column.required],
        )
        for one in pages.index_page().exchanges
    ]


@api.on("GET", "", summary=_l("List your own recent imports"))
@signed_in
def recent() -> list[ImportOut]:
    """Answer the newest imports of the caller."""
    page = pages.index_page()
    keys = {one.key for one in page.exchanges}
    return [run for run in page.recent if run.exchange in keys]  # type: ignore[misc]


@api.on(
    "POST",
    "",
    summary=_l("Send a file (CSV or XLSX)"),
    status=201,
    location="exchange_api.show",
    takes=FILE,
)
@signed_in
def upload(query: NewImport) -> ImportOut:
    """Take the body as a file and guess its columns; nothing is stored of its rows yet."""
    body = io.BytesIO(request.get_data())
    with received(body, query.filename, query.encoding) as accepted:
        made = services.add_import(current_session(), query.exchange, accepted)
    return _own(made)  # type: ignore[return-value]


@api.on("GET", "/<int:record_id>", summary=_l("Read how far an import is"))
@signed_in
def show(record_id: int) -> ImportOut:
    """Answer state and figures."""
    return _own(record_id)  # type: ignore[return-value]


@api.on("POST", "/<int:record_id>/mapping", summary=_l("Choose the columns of an import"))
@signed_in
def set_mapping(record_id: int, body: Mapping) -> ImportOut:
    """Keep which heading each column is taken from."""
    run = _own(record_id)
    session = current_session()
    check_mapping(exchange_for(session, run.exchange), run.headings, body.mapping)
    services.set_mapping(session, record_id, body.mapping)
    return run  # type: ignore[return-value]


@api.on("POST", "/<int:record_id>/start", summary=_l("Start an import"))
@signed_in
def start(record_id: int) -> ImportOut:
    """Let the job begin; it runs under the rights of the caller's account."""
    services.start(current_session(), record_id)
    return _own(record_id)  # type: ignore[return-value]


@api.on("POST", "/<int:record_id>/stop", summary=_l("Stop an import"))
@signed_in
def stop(record_id: int) -> ImportOut:
    """Stop it; the rows that it has stored stay."""
    _own(record_id)
    services.stop(current_session(), record_id)
    return _own(record_id)  # type: ignore[return-value]


@api.on("POST", "/<int:record_id>/resume", summary=_l("Resume a failed import"))
@signed_in
def resume(record_id: int) -> ImportOut:
    """Let it go on behind the last row that it stored."""
    services.resume(current_session(), record_id)
    return _own(record_id)  # type: ignore[return-value]


@api.on("GET", "/<int:record_id>/refused", summary=_l("List the refused rows"))
@signed_in
def refused(record_id: int) -> list[RefusedRow]:
    """Answer the first refused rows with their reasons."""
    _own(record_id)
    found: Any = row_errors(current_session(), record_id, limit=SHOWN_ERRORS)
    return found  # type: ignore[no-any-return]


@api.on(
    "GET", "/<int:record_id>/refused.csv", summary=_l("Download the refused rows"), gives="text/csv"
)
@signed_in
def refused_file(record_id: int) -> Response:
    """Answer a file that can be mended and sent again."""
    _own(record_id)
    return bad_rows_file(record_id).response()


class ExportOut(Out):
    """One large export of the caller; `file` is where it can be fetched, once it is there."""

    id: int
    title: str
    state: str
    file: str | None


@exports.on("GET", "/<int:job_id>", summary=_l("Read how far an export is"))
@signed_in
def export_state(job_id: int) -> ExportOut:
    """Answer the state of an own export."""
    found = own_export(job_id)
    there = found.kept_until is not None
    file = url_for("exports_api.export_file", job_id=job_id) if there else None
    return ExportOut(id=job_id, title=found.title, state=found.job.state, file=file)


@exports.on("GET", "/<int:job_id>/file", summary=_l("Download an export"), gives="*/*")
@signed_in
def export_file(job_id: int) -> Response:
    """Answer the file of an own export while it is kept."""
    return export_views.file(job_id)  # type: ignore[return-value]


def _own(import_id: int) -> ImportRun:
    """Return an import of the caller, who (or whose token) may still import such things."""
    run = own_import(current_session(), import_id)
    exchange_for(current_session(), run.exchange, only_on=False)
    return run
