"""Reading XLSX; the archive is measured before anything is unpacked into memory."""

import re
import zipfile
import zlib
from array import array
from collections.abc import Generator, Sequence
from typing import Any, BinaryIO
from xml.parsers import expat

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
from core.i18n import gettext as _

CHUNK = 1 << 18
LONGEST_REFERENCE = 64
SHARED = "xl/sharedstrings.xml"
BOOK, TARGETS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEETS = re.compile(r"xl/(work|chart|dialog|macro)sheets/[^/]+\.xml")
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
            if len(entries) > MAX_ZIP_ENTRIES:
                raise _too_large()
            parts = _parts(entries)
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise _too_large()
            total = 0
            for entry in entries:
                total += _measure(archive, entry, MAX_UNPACKED - total)
            _check_places(archive, parts)
            weigh(archive, parts, limit=MAX_UNPACKED)
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


def _parts(entries: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the entries as the reader finds them, whatever their case; none may be there twice."""
    parts = {entry.filename.replace("\\", "/").lower(): entry for entry in entries}
    if len(parts) < len(entries) or not {BOOK, TARGETS} <= parts.keys():
        raise _broken()
    return parts


def _check_places(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> None:
    """Refuse a workbook that keeps a sheet where none is weighed."""
    sheets, targets = _Attributes("sheet", "id"), _Attributes("Relationship", "Id", "Target")
    _parse(archive, parts[BOOK], sheets)
    _parse(archive, parts[TARGETS], targets)
    named = {key for (key,) in sheets.found}
    for key, target in targets.found:
        path = target.lower().removeprefix("/")
        path = path if path.startswith("xl/") else f"xl/{path}"
        if key in named and SHEETS.fullmatch(path) is None:
            raise _broken()


def weigh(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], *, limit: int) -> None:
    """Raise Refused when the texts in the cells of one sheet exceed `limit` bytes.

    A workbook stores a text once and names it in as many cells as it likes: half a megabyte can
    stand for ten gigabytes. So the texts are weighed, shared ones written out, before the reader
    lays the sheet out in memory.
    """
    shared = _Sizes()
    if SHARED in parts:
        _parse(archive, parts[SHARED], shared)
    for name, entry in parts.items():
        if SHEETS.fullmatch(name):
            _parse(archive, entry, _Weight(shared.sizes, limit))


class _Reader:
    """Takes what a part of the workbook is made of; tags come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""

    def text(self, data: str) -> None:
        """Take characters."""

    def end(self, name: str) -> None:
        """Take the end of an element."""


class _Attributes(_Reader):
    """Notes some attributes of each element of a kind."""

    def __init__(self, tag: str, *names: str) -> None:
        self._tag, self._names = tag, names
        self.found: list[tuple[str, ...]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._tag:
            plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            self.found.append(tuple(plain.get(one, "") for one in self._names))


class _Sizes(_Reader):
    """Notes the size of each shared text."""

    def __init__(self) -> None:
        self.sizes = array("Q")
        self._size = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._size = 0

    def text(self, data: str) -> None:
        self._size += len(data.encode())

    def end(self, name: str) -> None:
        if name == "si":
            self.sizes.append(self._size)


class _Weight(_Reader):
    """Adds up what stands in the cells, shared texts each time anew."""

    def __init__(self, sizes: "array[int]", limit: int) -> None:
        self._sizes, self._left = sizes, limit
        self._shared = self._in_value = False
        self._number = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._shared = attributes.get("t") == "s"
        elif name == "v":
            self._in_value, self._number = True, ""

    def text(self, data: str) -> None:
        self._take(len(data.encode()))
        if self._in_value and self._shared:
            self._number += data[:20]

    def end(self, name: str) -> None:
        if name != "v":
            return
        self._in_value = False
        number = self._number.strip()
        if self._shared and number.isdecimal() and int(number) < len(self._sizes):
            self._take(self._sizes[int(number)])

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise _too_large()


def _parse(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, reader: _Reader) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, found: reader.start(tag.rpartition(":")[2], found)
    parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse_entities
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(CHUNK):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _broken() from error


def _refuse_entities(*_declaration: Any) -> None:
    raise _broken()


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
