"""Translations read from each package's messages.po and merged; nobody has to compile them.

A message that has no Chinese stays English, so a page is never empty. Where two packages say the
same message in other words, each has its own; who asks is read from the calling code.
"""

from inspect import currentframe
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING, Any

from flask_babel.speaklater import LazyString

from core.i18n.kept_catalogues import Forms, forms_of
from core.i18n.locale import LOCALES, current_locale
from core.i18n.said import remembered

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

_messages: dict[str, Forms] = {code: {} for code in LOCALES}
# of messages that packages translate differently: code → message → package → forms
_contested: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {code: {} for code in LOCALES}
_owners: dict[str, dict[str, str]] = {code: {} for code in LOCALES}  # whose forms came first
_pending: list[Path] = []
_seen: set[Path] = set()
_lock = Lock()
_folder: list[Path] = []  # where it is kept what was read; empty before the first app


def keep_in(folder: Path) -> None:
    """Keep what is read of catalogues under `folder`; a changed catalogue is read again."""
    _folder[:] = [folder]


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
    forms = _forms(message, currentframe())
    text = forms[0] if forms and forms[0] else message
    return remembered(text % values if values else text, message, values)


def ngettext(singular: str, plural: str, number: int, /, **values: Any) -> str:
    """Translate by number; `%(num)s` is the number."""
    forms = _forms(singular, currentframe())
    if forms and forms[0]:
        text = forms[0] if len(forms) == 1 or number == 1 else forms[1]
    else:
        text = singular if number == 1 else plural
    values = {"num": number, **values}
    shown = {**values, "num": f"{number:,}"} if "%(num)s" in text else values
    return remembered(text % shown, singular, values, plural)


def lazy_gettext(message: str, /, **values: Any) -> LazyString:
    """Return words that are translated when they are shown; for declarations at import."""
    return LazyString(_said_by, _package_of(currentframe()), message, values)


def _said_by(package: str, message: str, values: dict[str, Any]) -> str:
    forms = _forms(message, package)
    text = forms[0] if forms and forms[0] else message
    return remembered(text % values if values else text, message, values)


def _forms(message: str, asker: FrameType | str | None) -> tuple[str, ...] | None:
    """Return the forms of a message; `asker` is the package, or the frame that it called."""
    code = current_locale()
    forms = _catalogue(code).get(message)
    own = _contested[code].get(message)
    if own is None:  # hundreds of messages a page: who asks is looked for last
        return forms
    package = asker if isinstance(asker, str) else _package_of(asker)
    return next((own[part] for part in package.split(".") if part in own), forms)


def _package_of(here: FrameType | None) -> str:
    """Return the dotted name of the code that called; of a template the folder that it lies in."""
    caller = here.f_back if here is not None else None
    while caller is not None and str(caller.f_globals.get("__name__")).startswith("jinja2."):
        caller = caller.f_back  # templates call through Jinja
    known = caller.f_globals if caller is not None else {}
    template = str(known.get("name", "")).partition("/")[0]
    return str(known.get("__name__") or template)


def known_messages(code: str) -> Forms:
    """Return everything translated into `code`: message → forms."""
    return dict(_catalogue(code))


def read_catalogue(path: Path) -> "Catalog":
    """Read one .po file; raise ValueError when it is malformed."""
    from babel.messages.pofile import read_po  # a start that finds all kept does without

    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _catalogue(code: str | None = None) -> Forms:
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
    target, owners = _messages[code], _owners[code]
    package = path.parents[3].name
    found = forms_of(path, _folder[0], _translated) if _folder else _translated(path)
    for message, forms in found.items():
        first = target.setdefault(message, forms)
        if first == forms:
            owners.setdefault(message, package)
            continue
        several = _contested[code].setdefault(message, {owners.get(message, ""): first})
        several[package] = forms


def _translated(path: Path) -> Forms:
    found: Forms = {}
    for message in read_catalogue(path):
        if not message.id or message.fuzzy:
            continue
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        key = message.id if isinstance(message.id, str) else message.id[0]
        if forms[0]:
            found.setdefault(key, tuple(str(form) for form in forms))
    return found
