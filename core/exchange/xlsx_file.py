"""Reading XLSX; the archive is measured before anything is unpacked into memory."""

import re
import zipfile
import zlib
from collections.abc import Generator
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Refused
from core.exchange.cells import as_text
from core.exchange.limits import (
    MAX_COLUMNS,
    MAX_RATIO,
    MAX_ROWS_XLSX,
    MAX_UNPACKED,
    MAX_ZIP_ENTRIES,
    RATIO_COUNTS_FROM,
)
from core.exchange.xlsx_weight import BrokenSheetError, TooHeavyError, weigh
from core.i18n import gettext as _

CHUNK = 1 << 18
LONGEST_REFERENCE = 64
REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,8})([0-9]{1,20})["']""")
DIMENSION = re.compile(rb"""<dimension\s[^>]*["':]([A-Za-z]{1,8})([0-9]{1,20})["']""")


def read_xlsx(file: BinaryIO) -> Generator[tuple[int, list[str]], None, None]:
    """Yield (row number, cells) of the first sheet; raise Refused for a broken or hostile file."""
    check_archive(file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        if not book.sheet_names:
            raise _broken()
        sheet = book.get_sheet_by_index(0)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            yield number, [as_text(value) for value in row]
    except (CalamineError, ValueError, OSError) as error:
        raise _broken() from error


def check_archive(file: BinaryIO) -> None:
    """Raise Refused for what is no XLSX, or unpacks to too much, or spans too many cells.

    Declared sizes may lie, so every entry is unpacked in small pieces and counted. The reader
    lays out a sheet as one rectangle from its first to its last cell: two cells far apart would
    take all memory, so the cells' addresses are checked as well.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise _broken()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise _too_large()
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise _too_large()
            total = 0
            for entry in entries:
                total += _measure(archive, entry, MAX_UNPACKED - total)
            weigh(archive, limit=MAX_UNPACKED)
    except TooHeavyError as error:
        raise _too_large() from error
    except BrokenSheetError as error:
        raise _broken() from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise _broken() from error


def _measure(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Unpack one entry piece by piece; return its true size."""
    if entry.file_size > max(RATIO_COUNTS_FROM, MAX_RATIO * entry.compress_size):
        raise _too_large()
    size, tail = 0, b""
    with archive.open(entry) as stream:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > left:
                raise _too_large()
            _check_references(tail + piece)
            tail = piece[-LONGEST_REFERENCE:]
    return size


def _check_references(piece: bytes) -> None:
    for pattern in (REFERENCE, DIMENSION):
        for letters, digits in pattern.findall(piece):
            if int(digits) > MAX_ROWS_XLSX + 1:
                raise _too_many_rows()
            if column_number(letters) > MAX_COLUMNS:
                raise Refused(
                    _("The sheet has more than %(limit)s columns.", limit=MAX_COLUMNS), status=413
                )


def column_number(letters: bytes) -> int:
    """Return 1 for A, 27 for AA; 0 for no letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _broken() -> Refused:
    return Refused(
        _("This is not a readable XLSX workbook. Save it again as .xlsx or as CSV."), status=415
    )


def _too_large() -> Refused:
    return Refused(
        _("The workbook unpacks to far more than it may. Save the one sheet you need as CSV."),
        status=413,
    )


def _too_many_rows() -> Refused:
    return Refused(
        _(
            "The sheet reaches beyond row %(limit)s. Delete its empty rows, or save it as CSV.",
            limit=f"{MAX_ROWS_XLSX:,}",
        ),
        status=413,
    )
