"""How much text the cells of a workbook hold once shared texts are written out.

A workbook stores a text once and names it in as many cells as it likes: half a megabyte can stand
for ten gigabytes. So the texts are weighed before the reader lays the sheet out in memory.
"""

import zipfile
from array import array
from typing import Any
from xml.parsers import expat

CHUNK = 1 << 18
SHARED = "sharedstrings.xml"


class TooHeavyError(Exception):
    """The texts of the cells are larger than allowed."""


class BrokenSheetError(Exception):
    """A part of the workbook is no XML, or defines entities of its own."""


def weigh(archive: zipfile.ZipFile, *, limit: int) -> None:
    """Raise TooHeavyError when the texts of one sheet exceed `limit` bytes, BrokenSheetError."""
    names = [name for name in archive.namelist() if name.lower().endswith(".xml")]
    shared = _Sizes()
    for name in names:
        if name.lower().rpartition("/")[2] == SHARED:
            _parse(archive, name, shared)
    for name in names:
        if "worksheets/" in name.lower():
            _parse(archive, name, _Weight(shared.sizes, limit))


class _Sizes:
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


class _Weight:
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
            raise TooHeavyError


def _parse(archive: zipfile.ZipFile, name: str, reader: Any) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, found: reader.start(tag.rpartition(":")[2], found)
    parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse_entities
    try:
        with archive.open(name) as stream:
            while piece := stream.read(CHUNK):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BrokenSheetError from error


def _refuse_entities(*_declaration: Any) -> None:
    raise BrokenSheetError
