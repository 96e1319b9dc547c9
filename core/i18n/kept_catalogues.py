"""Catalogues as they were read: kept beside the site, or every start would parse them all anew."""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from core.version import VERSION

Forms = dict[str, tuple[str, ...]]


def forms_of(path: Path, folder: Path, read: Callable[[Path], Forms]) -> Forms:
    """Return what is kept of a catalogue's very text; `read` it, and keep that, if nothing is."""
    mark = hashlib.sha256(VERSION.encode() + path.read_bytes()).hexdigest()
    place = folder / f"{hashlib.sha256(str(path).encode()).hexdigest()[:32]}.json"
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        stored = json.loads(place.read_bytes())  # may be missing, old or damaged
        return {message: tuple(forms) for message, forms in stored[mark].items()}
    found = read(path)
    part = place.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):  # a full disk costs only time
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(json.dumps({mark: found}, ensure_ascii=False), encoding="utf-8")
        part.replace(place)
    return found
