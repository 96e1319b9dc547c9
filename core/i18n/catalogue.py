"""Translations read straight from each package's messages.po and merged; no compiled files.

A message that has no Chinese stays English, so a page is never empty.
"""

from pathlib import Path
from threading import Lock
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask_babel.speaklater import LazyString

from core.i18n.locale import EN, LOCALES, current_locale
from core.i18n.said import remembered

Forms = tuple[str, ...]

_messages: dict[str, dict[str, Forms]] = {code: {} for code in LOCALES}
_pending: list[Path] = []
_seen: set[Path] = set()
_lock = Lock()


def add_package(folder: Path) -> None:
    """Merge the catalogues under `folder`/translations; read at the next message, once."""
    place = (folder / "translations").resolve()
    with _lock:
        if place not in _seen:
            _seen.add(place)
            _pending.append(place)


def gettext(message: str, /, **values: Any) -> str:
    """Translate into the reader's language and fill %(name)s from `values`.

    Without values the text is returned as it is, so a plain % needs no doubling.
    """
    forms = _catalogue().get(message)
    text = forms[0] if forms and forms[0] else message
    return remembered(text % values if values else text, message, values)


def ngettext(singular: str, plural: str, number: int, /, **values: Any) -> str:
    """Translate by number; `%(num)s` is the number."""
    forms = _catalogue().get(singular)
    if forms and forms[0]:
        text = forms[0] if len(forms) == 1 or number == 1 else forms[1]
    else:
        text = singular if number == 1 else plural
    values = {"num": number, **values}
    shown = {**values, "num": f"{number:,}"} if "%(num)s" in text else values
    return remembered(text % shown, singular, values, plural)


def lazy_gettext(message: str, /, **values: Any) -> LazyString:
    """Return words that are translated when they are shown; for declarations at import."""
    return LazyString(gettext, message, **values)


def known_messages(code: str) -> dict[str, Forms]:
    """Return everything translated into `code`: message → forms."""
    return dict(_catalogue(code))


def read_catalogue(path: Path) -> Catalog:
    """Read one .po file; raise ValueError when it is malformed."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _catalogue(code: str | None = None) -> dict[str, Forms]:
    if _pending:
        _read_pending()
    return _messages[code or current_locale()]


def _read_pending() -> None:
    with _lock:
        while _pending:
            place = _pending.pop(0)
            for code in LOCALES:
                path = place / code / "LC_MESSAGES" / "messages.po"
                if path.exists():
                    _merge(code, path)


def _merge(code: str, path: Path) -> None:
    target = _messages[code]
    for message in read_catalogue(path):
        if not message.id or message.fuzzy:
            continue
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        key = message.id if isinstance(message.id, str) else message.id[0]
        if forms[0] and (code == EN or key not in target):
            target[key] = tuple(str(form) for form in forms)
