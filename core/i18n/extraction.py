"""Which messages a package shows, and which of them have no Chinese yet."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from core.i18n.catalogue import read_catalogue
from core.i18n.locale import ZH

KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "words": None,  # faults of add-ons keep the message and its values apart
    "refuse_addon": None,  # as above, raising
    "ngettext": (1, 2),
}
KINDS = {".py": "python", ".html": "jinja2"}
OPTIONS = {"silent": "false", "encoding": "utf-8"}

Message = str | tuple[str, str]


def messages_of(package: Path) -> dict[Message, list[tuple[str, int]]]:
    """Return every message of a package's code and templates with the places that show it."""
    found: dict[Message, list[tuple[str, int]]] = {}
    for file in _files(package):
        extracted = extract_from_file(KINDS[file.suffix], file, KEYWORDS, options=OPTIONS)
        for line, message, _comments, _context in extracted:
            key: Message = (message[0], message[1]) if isinstance(message, tuple) else message
            found.setdefault(key, []).append((str(file.relative_to(package)), line))
    return found


def untranslated(package: Path) -> dict[str, str]:
    """Return the messages of a package without Chinese in its own catalogue: text → where it is."""
    known = _known(catalogue_path(package))
    shown = {singular(message): places[0] for message, places in messages_of(package).items()}
    lost = sorted(shown.keys() - known)
    return {text: f"{package.name}/{shown[text][0]}, line {shown[text][1]}" for text in lost}


def obsolete(package: Path) -> list[str]:
    """Return what the package's catalogue translates and nothing shows."""
    shown = {singular(message) for message in messages_of(package)}
    return sorted(_known(catalogue_path(package)) - shown)


def singular(message: Message) -> str:
    """Return the text by which a message is looked up."""
    return message if isinstance(message, str) else message[0]


def catalogue_path(package: Path) -> Path:
    """Return where a package keeps its Chinese."""
    return package / "translations" / ZH / "LC_MESSAGES" / "messages.po"


def updated(package: Path) -> Catalog:
    """Return the catalogue with the shown messages: what is translated kept, the rest empty."""
    path = catalogue_path(package)
    old = read_catalogue(path) if path.exists() else Catalog(locale=ZH)
    fresh = Catalog(locale=ZH, project="sunmao", fuzzy=False, charset="utf-8")
    for message in sorted(messages_of(package), key=singular):
        held = old.get(message)
        string = held.string if held is not None and not held.fuzzy else ""
        fresh.add(message, string)
    return fresh


def _known(path: Path) -> set[str]:
    if not path.exists():
        return set()
    found = set()
    for message in read_catalogue(path):
        if message.id and message.string and not message.fuzzy:
            found.add(message.id if isinstance(message.id, str) else message.id[0])
    return found


def _files(package: Path) -> Iterator[Path]:
    for file in sorted(package.rglob("*")):
        if file.suffix in KINDS and not {"migrations", "__pycache__"} & set(file.parts):
            yield file
