"""Reading CSV in whatever encoding and with whatever separator office programs write it."""

import codecs
import csv
import io
from collections.abc import Generator, Iterator
from typing import BinaryIO

from core.errors import Refused
from core.i18n import gettext as _

CHUNK = 1 << 20
SAMPLE = 1 << 16
SAMPLE_ROWS = 20
MAX_ROW = 2_000_000
DELIMITERS = (",", ";", "\t")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(file: BinaryIO) -> str:
    """Return the encoding in which the whole file decodes; raise Refused when none does."""
    head = file.read(SAMPLE)
    for bom, encoding in BOMS:
        if head.startswith(bom):
            candidates: tuple[str, ...] = (encoding,)
            break
    else:
        candidates = ("utf-8", "gb18030")
        if b"\x00" in head:
            odd, even = head[1::2].count(0), head[::2].count(0)
            candidates = ("utf-16-le",) if odd >= even else ("utf-16-be",)
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise Refused(
        _("The file's encoding is unknown. Save it as CSV in UTF-8, GB18030 or UTF-16."), status=415
    )


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def detect_delimiter(sample: str) -> str:
    """Return the separator that cuts the sample's rows most evenly into most cells."""

    def score(delimiter: str) -> tuple[int, int]:
        rows = []
        try:
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                rows.append(len(row))
                if len(rows) > SAMPLE_ROWS:
                    break
        except csv.Error:
            pass
        rows = rows[:-1] if len(rows) > 1 else rows  # the sample may end within a row
        if not rows or rows[0] == 1:
            return (0, 0)
        return (sum(count == rows[0] for count in rows), rows[0])

    return max(DELIMITERS, key=score)


def read_csv(file: BinaryIO, encoding: str) -> Generator[tuple[int, list[str]], None, None]:
    """Yield (row number, cells); raise Refused with the line where the file is broken."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        delimiter = detect_delimiter(text.read(SAMPLE))
        text.seek(0)
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for number, row in enumerate(_guarded(reader, lines), start=1):
            lines.left = MAX_ROW
            yield number, row
    finally:
        text.detach()


class _Lines:
    """Lines of a file; a row that goes on for ever is cut off before memory is full of it."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.left = MAX_ROW  # characters that the present row may still have
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number += 1
        line = self.text.readline(self.left + 1)
        self.left -= len(line)
        if not line:
            raise StopIteration
        if self.left < 0:
            msg = "the row has no end"
            raise csv.Error(msg)
        return line


def _guarded(reader: "csv._reader", lines: _Lines) -> Iterator[list[str]]:  # type: ignore[name-defined]
    try:
        yield from reader
    except csv.Error as error:
        raise Refused(
            _(
                "Line %(line)s cannot be read: a quotation mark is not closed, or a cell is huge.",
                line=lines.number,
            )
        ) from error
