"""How many pixels an image claims to have, read from its header and never from the image itself.

A few bytes may claim billions of pixels; the browser of whoever looks would make room for them all.
"""

import struct
from typing import BinaryIO

MOST_PIXELS = 50_000_000
HEAD, MOST_SEGMENTS = 30, 1_000
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the others are tables


def is_sane(stream: BinaryIO, media_type: str) -> bool:
    """Tell whether an image says how large it is, and that is no more than a camera makes."""
    stream.seek(0)
    try:
        width, height = READERS[media_type](stream)
    except (struct.error, ValueError):
        return False
    return 0 < width * height <= MOST_PIXELS


def _png(stream: BinaryIO) -> tuple[int, int]:
    return struct.unpack_from(">II", stream.read(HEAD), 16)


def _gif(stream: BinaryIO) -> tuple[int, int]:
    return struct.unpack_from("<HH", stream.read(HEAD), 6)


def _webp(stream: BinaryIO) -> tuple[int, int]:
    head = stream.read(HEAD)
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", head, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            width, height = (int.from_bytes(head[at : at + 3], "little") for at in (24, 27))
            return width + 1, height + 1
    raise ValueError("no image")


def _jpeg(stream: BinaryIO) -> tuple[int, int]:
    """Walk the segments up to the frame's head; a height that comes later is not awaited."""
    stream.seek(2)
    for _segment in range(MOST_SEGMENTS):
        mark, kind, length = struct.unpack(">BBH", stream.read(4))
        if mark != 0xFF or length < 2:  # noqa: PLR2004 - the length counts itself
            raise ValueError("no segment")
        if kind in JPEG_FRAMES:
            _depth, height, width = struct.unpack(">BHH", stream.read(5))
            return width, height
        stream.seek(length - 2, 1)
    raise ValueError("too many segments")


READERS = {"image/png": _png, "image/gif": _gif, "image/webp": _webp, "image/jpeg": _jpeg}
