"""The bytes of attachments: what they are, and how they lie durable before any row names them."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.config import site_config
from core.files.pixels import is_sane

CHUNK = 256 * 1024
OWNER_ONLY = 0o600
ANY = "application/octet-stream"
PDF = "application/pdf"
STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
)
LONGEST_START = 16


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in its place under a random name."""

    name: str
    stored_as: str
    media_type: str
    size: int
    sha256: str


def folder() -> Path:
    """Return where the bytes lie, in folders of two signs each."""
    return site_config().instance / "files" / "attachments"


def path_of(stored_as: str) -> Path:
    """Return the place of a file; the name is one of our own random ones."""
    return folder() / stored_as[:2] / stored_as


def store(stream: BinaryIO, name: str) -> Stored:
    """Write a file under a random name; it has its place only when all of it is on the disk."""
    stored_as = secrets.token_hex(16)
    path = path_of(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    digest, size, start = hashlib.sha256(), 0, b""
    stream.seek(0)
    try:
        with part.open("xb") as file:
            os.fchmod(file.fileno(), OWNER_ONLY)
            while chunk := stream.read(CHUNK):
                start = start or chunk[:LONGEST_START]
                digest.update(chunk)
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    for above in (path.parent, path.parent.parent):
        _keep_names(above)
    kind = media_type_of(start)
    if is_image(kind) and not is_sane(stream, kind):
        kind = ANY  # kept as it came, but nobody's browser unpacks it
    return Stored(name, stored_as, kind, size, digest.hexdigest())


def discard(names: Iterable[str]) -> None:
    """Delete bytes that no row names any more; what cannot be deleted now is swept later."""
    for stored_as in names:
        with suppress(OSError):  # the act is committed: it must not look as if it failed
            path_of(stored_as).unlink(missing_ok=True)


def _keep_names(directory: Path) -> None:
    """Make the names in a folder durable, as fsync does for what a file holds."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def media_type_of(start: bytes) -> str:
    """Return the media type of a kind that may be shown, else that of any bytes.

    What the sender claims and the ending of the name are not asked: they may lie.
    """
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for known, kind in STARTS if start.startswith(known)), ANY)


def is_image(media_type: str) -> bool:
    """Tell whether an <img> may show it."""
    return media_type.startswith("image/")
