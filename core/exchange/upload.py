"""The upload gate: one file in, one checked and normalised copy under a random name, or nothing."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from core.config import site_config
from core.errors import Refused
from core.exchange.cells import clean
from core.exchange.csv_file import ENCODINGS, check_text, detect_encoding, read_csv
from core.exchange.limits import MAX_COLUMNS, MAX_ROWS_CSV, MAX_ROWS_XLSX
from core.exchange.xlsx_file import read_xlsx
from core.i18n import gettext as _

ZIP_START = b"PK\x03\x04"
OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that passed the gate; its rows lie in the instance folder, one JSON line each."""

    filename: str
    stored_as: str
    encoding: str
    headings: list[str]
    rows: int


@contextmanager
def received(stream: BinaryIO, filename: str, encoding: str | None = None) -> Iterator[Upload]:
    """Check and normalise a file; it stays only if the block ends without an error.

    A text file is kept as it came too, until the import starts, so that it can be read again in
    another encoding. Raises Refused with what is wrong with the file and what to do about it.
    """
    stored_as = f"{secrets.token_hex(16)}.jsonl"
    original = original_of(stored_as)
    original.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _normalised(stream, filename, stored_as, encoding) as upload:
            if upload.encoding in ENCODINGS:
                stream.seek(0)
                with original.open("xb") as file:
                    shutil.copyfileobj(stream, file)
            yield upload
    except BaseException:
        original.unlink(missing_ok=True)
        raise


@contextmanager
def read_again(stored_as: str, filename: str, encoding: str) -> Iterator[Upload]:
    """Normalise a file that came before anew, in another encoding; as `received` otherwise."""
    token = stored_as.partition(".")[0]
    try:
        stream = original_of(stored_as).open("rb")
    except FileNotFoundError as error:
        raise Refused(_("The uploaded file is no longer there. Upload it again.")) from error
    with stream:
        again = f"{token}.{secrets.token_hex(4)}.jsonl"
        with _normalised(stream, filename, again, encoding) as upload:
            yield upload


@contextmanager
def _normalised(
    stream: BinaryIO, filename: str, stored_as: str, encoding: str | None
) -> Iterator[Upload]:
    path = stored_path(stored_as)
    try:
        found, headings, rows = _normalise(stream, path, encoding)
        yield Upload(display_name(filename), stored_as, found, headings, rows)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def original_of(stored_as: str) -> Path:
    """Return where the text file lies as it came, while its import has not started."""
    return stored_path(stored_as.partition(".")[0] + ".original")


def stored_path(stored_as: str) -> Path:
    """Return where a normalised file lies; the name is one of our own random ones."""
    return site_config().instance / "files" / "imports" / PurePath(stored_as).name


def display_name(filename: str) -> str:
    """Return the last part of a client's file name, for display only."""
    name = PurePath(filename.replace("\\", "/")).name
    printable = "".join(sign for sign in name if sign.isprintable())
    return printable[-LONGEST_NAME:] or _("unnamed file")


def _normalise(stream: BinaryIO, path: Path, encoding: str | None) -> tuple[str, list[str], int]:
    start = stream.read(8)
    stream.seek(0)
    if not start:
        raise Refused(_("The file is empty."))
    if start.startswith(OLD_EXCEL_START):
        raise Refused(_("The old .xls format is not read. Save it as .xlsx or CSV."), status=415)
    if start.startswith(ZIP_START):
        with closing(read_xlsx(stream)) as rows:
            return "xlsx", *_store(rows, path, limit=MAX_ROWS_XLSX)
    if encoding is None:
        encoding = detect_encoding(stream)
    else:
        check_text(stream, encoding)
    with closing(read_csv(stream, encoding)) as rows:
        return encoding, *_store(rows, path, limit=MAX_ROWS_CSV)


def _store(
    rows: Iterator[tuple[int, list[str]]], path: Path, *, limit: int
) -> tuple[list[str], int]:
    headings: list[str] = []
    count = 0
    with path.open("xb") as file:
        for number, raw in rows:
            _check_width(raw, number)
            cells = [clean(cell, row=number) for cell in raw]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            if not headings:
                headings = _headings(cells)
                continue
            count += 1
            if count > limit:
                raise Refused(
                    _("The file has more than %(limit)s rows. Split it.", limit=f"{limit:,}"),
                    status=413,
                )
            line = json.dumps([number, cells], ensure_ascii=False, separators=(",", ":"))
            file.write(line.encode() + b"\n")
    if not headings:
        raise Refused(_("The file is empty."))
    if count == 0:
        raise Refused(_("The file has headings but no rows."))
    return headings, count


def _check_width(row: list[str], number: int) -> None:
    if len(row) > MAX_COLUMNS:
        raise Refused(
            _("Row %(row)s has more than %(limit)s columns.", row=number, limit=MAX_COLUMNS),
            status=413,
        )


def _headings(cells: list[str]) -> list[str]:
    """Return the first row as headings, each non-empty and different from the others."""
    headings: list[str] = []
    for position, cell in enumerate(cells, start=1):
        wanted = cell or _("column %(number)s", number=position)
        name, again = wanted, 2
        while name in headings:
            name, again = f"{wanted} ({again})", again + 1
        headings.append(name)
    return headings


def read_rows(stored_as: str, *, offset: int = 0) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (offset behind the row, row number, cells) of a normalised file from an offset on."""
    with stored_path(stored_as).open("rb") as file:
        file.seek(offset)
        for line in file:
            offset += len(line)
            number, cells = json.loads(line)
            yield offset, number, cells
