"""The only way out for data: a title row and rows become a file, and the audit trail knows."""

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO, Literal

from flask import Response, send_file
from sqlalchemy.orm import Session

from core.audit.services import record
from core.clock import now, site_zone
from core.errors import Refused
from core.exchange.cells import defuse, outgoing
from core.exchange.limits import MAX_EXPORT_ROWS
from core.exchange.queries import own_import, row_errors
from core.i18n import gettext as _
from core.unit_of_work import current_session

Format = Literal["csv", "xlsx"]
MIMETYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished file: send `stream` under `filename`; `sha256` is what the audit trail has."""

    stream: BinaryIO
    filename: str
    mimetype: str
    rows: int
    sha256: str

    def response(self) -> Response:
        """Answer the file as a download."""
        return send_file(
            self.stream, mimetype=self.mimetype, as_attachment=True, download_name=self.filename
        )


def write_file(
    titles: Sequence[str], rows: Iterable[Sequence[Any]], *, fmt: Format, name: str
) -> ExportFile:
    """Write rows one by one into a temporary file; memory does not grow with their number.

    Text that a spreadsheet would run as a formula is defused; numbers stay numbers. Raises
    Refused beyond 200,000 rows.
    """
    stream: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    counted = _Counted(rows)
    try:
        if fmt == "xlsx":
            _write_xlsx(stream, titles, counted)
        else:
            _write_csv(stream, titles, counted)
        digest = _digest(stream)
    except BaseException:
        stream.close()
        raise
    stamp = f"{now().astimezone(site_zone()):%Y%m%d-%H%M}"
    return ExportFile(stream, f"{name}-{stamp}.{fmt}", MIMETYPES[fmt], counted.seen, digest)


def audit_export(session: Session, file: ExportFile, *, resource: str, arguments: str) -> None:
    """Note who took what out: filter, number of rows, and the file's fingerprint."""
    facts = {"filter": arguments, "rows": file.rows, "sha256": file.sha256}
    record(session, "export", resource, None, changes=facts, label=file.filename)


def too_many() -> Refused:
    """Return the refusal of an export that is too long."""
    return Refused(
        _(
            "More than %(limit)s rows cannot be exported at once. Narrow the filter.",
            limit=f"{MAX_EXPORT_ROWS:,}",
        )
    )


class _Counted:
    """Counts rows while they pass and refuses to go beyond the limit."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = rows
        self.seen = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.seen += 1
            if self.seen > MAX_EXPORT_ROWS:
                raise too_many()
            yield row


def _write_csv(stream: BinaryIO, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", errors="replace")
    writer = csv.writer(text)
    writer.writerow([defuse(str(title)) for title in titles])
    for row in rows:
        writer.writerow([outgoing(value) for value in row])
    text.flush()
    text.detach()


def _write_xlsx(stream: BinaryIO, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, title in enumerate(titles):
        sheet.write_string(0, column, defuse(str(title)), bold)
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, line, column, outgoing(value))
    book.close()


def _write_cell(sheet: Any, line: int, column: int, value: str | float | Decimal | None) -> None:
    if isinstance(value, str):
        sheet.write_string(line, column, value[:32_767])
    elif value is not None:
        sheet.write_number(line, column, value)


def _digest(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def bad_rows_file(import_id: int) -> ExportFile:
    """Return the refused rows of an own import as CSV; mended, it can be imported again."""
    session = current_session()
    run = own_import(session, import_id)
    width = len(run.headings)
    titles = [*run.headings, _("Row"), _("Reason")]
    rows = (
        [*(list(error.cells) + [""] * width)[:width], error.row_number, error.reason]
        for error in row_errors(session, import_id)
    )
    return write_file(titles, rows, fmt="csv", name=f"refused-{import_id}")
