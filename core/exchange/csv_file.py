"""Reading CSV in whatever encoding and with whatever separator office programs write it."""

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterator
from typing import BinaryIO

from core.errors import Refused
from core.i18n import gettext as _

CHUNK = 1 << 20
SAMPLE = 1 << 16
SAMPLE_ROWS = 20
MAX_ROW = 2_000_000
DELIMITERS = (",", ";", "\t")
ENCODINGS = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5": "Big5", "utf-16": "UTF-16"}
CODECS = {"utf-8": "utf-8-sig", "gb18030": "gb18030", "big5": "cp950"}
UTF_16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NO_TEXT = (
    b"%PDF-",
    b"{\\rtf",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
FEW_CONTROLS = 2
COMMON = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5": ("cp950", 0xA4, 0xC6)}  # frequent characters
PUNCTUATION = range(0xA1, 0xA4)


def detect_encoding(file: BinaryIO) -> str:
    """Return the likeliest of ENCODINGS in which the whole file decodes.

    Raises Refused when none does, or when the file holds no text.
    """
    head = file.read(SAMPLE)
    if head.startswith(NO_TEXT):
        raise _no_text()
    if head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8"]
    elif head.startswith(UTF_16_BOMS) or b"\x00" in head:
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", *sorted(COMMON, key=lambda name: -_common_share(head, name))]
    for encoding in candidates:
        if _decodes(file, encoding):
            check_text(file, encoding)
            return encoding
    raise Refused(
        _("The file's encoding is unknown. Save it as CSV in UTF-8, GB18030, Big5 or UTF-16."),
        status=415,
    )


def check_text(file: BinaryIO, encoding: str) -> None:
    """Raise Refused for a file that does not decode, or decodes to what is no text."""
    if not _decodes(file, encoding):
        raise Refused(
            _("The file cannot be read as %(name)s.", name=ENCODINGS[encoding]), status=415
        )
    file.seek(0)
    sample = file.read(SAMPLE).decode(_codec(file, encoding), errors="ignore")
    if "\x00" in sample or len(CONTROLS.findall(sample)) > max(FEW_CONTROLS, len(sample) // 500):
        raise _no_text()


def _no_text() -> Refused:
    return Refused(
        _("This file holds no text and no workbook. Save the table as CSV or XLSX and send that."),
        status=415,
    )


def _common_share(head: bytes, encoding: str) -> float:
    """Return which share of the non-ASCII characters are frequent ones when read so."""
    codec, first, last = COMMON[encoding]
    signs = [sign for sign in head.decode(CODECS[encoding], errors="ignore") if sign > "\x7f"]
    leads = [sign.encode(codec, errors="replace")[0] for sign in signs]
    common = sum(lead in PUNCTUATION or first <= lead <= last for lead in leads)
    return common / len(leads) if leads else 0.0


def _codec(file: BinaryIO, encoding: str) -> str:
    """Return Python's name of an encoding; UTF-16 without a mark by where its zeros stand."""
    if encoding != "utf-16":
        return CODECS[encoding]
    file.seek(0)
    head = file.read(SAMPLE)
    if head.startswith(UTF_16_BOMS):
        return "utf-16"
    return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(_codec(file, encoding))(errors="strict")
    file.seek(0)
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
    codec = _codec(file, encoding)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=codec, newline="")
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
