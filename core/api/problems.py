"""What is wrong with an input, in the caller's language and with the place where it stands."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import join_words

MOST = 100
QUOTED = re.compile(r"'([^']*)'")


class Unprocessable(Refused):
    """An input that does not fit its declaration; every fault is named with its place."""


def unprocessable(error: ValidationError, model: type[BaseModel]) -> Unprocessable:
    """Return the refusal for what pydantic found."""
    faults: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False)[:MOST]:
        place = "/".join(_escaped(part) for part in fault["loc"])
        faults.setdefault(place, []).append(words_of(fault, model))
    return Unprocessable(_("Some values cannot be used. Nothing was stored."), fields=faults)


def words_of(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """Say what is wrong with one value."""
    kind, context = fault["type"], fault.get("ctx") or {}
    if kind == "extra_forbidden":
        return unknown_words(str(fault["loc"][-1]), _names_at(model, fault["loc"]))
    say = _WORDS.get(kind)
    if say is None:
        say = next((say for part, say in _KINDS.items() if kind.startswith(part)), None)
    return say(context) if say else _("This value cannot be used.")


def unknown_words(name: str, known: Iterable[str]) -> str:
    """Say that a key is unknown, and which one may be meant."""
    near = difflib.get_close_matches(name, list(known), n=1)
    if near:
        return _("There is no “%(name)s” here; did you mean “%(near)s”?", name=name, near=near[0])
    return _("There is no “%(name)s” here.", name=name)


def _names_at(model: type[BaseModel], place: tuple[int | str, ...]) -> Mapping[str, Any]:
    """Return the fields of the object in which a key stands; nothing where that is not a model."""
    found: Any = model
    for part in place[:-1]:
        if isinstance(part, str) and part in getattr(found, "model_fields", {}):
            found = found.model_fields[part].annotation
        inner = [one for one in getattr(found, "__args__", ()) if hasattr(one, "model_fields")]
        found = inner[0] if inner else found
    names: Mapping[str, Any] = getattr(found, "model_fields", {})
    return names


def _escaped(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _listed(expected: object) -> str:
    """Return the values that Pydantic names ("'A', 'B' or 'C'") as the reader's language does."""
    return join_words(QUOTED.findall(str(expected))) or str(expected)


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _c: _("This is missing."),
    "writing": lambda c: str(c["words"]),
    "amount": lambda _c: _('This must be an amount as text, such as "1200.50".'),
    "literal_error": lambda c: _("This must be one of: %(values)s.", values=_listed(c["expected"])),
    "enum": lambda c: _("This must be one of: %(values)s.", values=_listed(c["expected"])),
    "string_too_long": lambda c: _("At most %(limit)s characters.", limit=c["max_length"]),
    "string_too_short": lambda c: _("At least %(limit)s characters.", limit=c["min_length"]),
    "too_long": lambda c: _("At most %(limit)s entries.", limit=c["max_length"]),
    "too_short": lambda c: _("At least %(limit)s entries.", limit=c["min_length"]),
    "less_than_equal": lambda c: _("At most %(limit)s.", limit=c["le"]),
    "greater_than_equal": lambda c: _("At least %(limit)s.", limit=c["ge"]),
}
_KINDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string": lambda _c: _("This must be text."),
    "int": lambda _c: _("This must be a whole number."),
    "bool": lambda _c: _("This must be true or false."),
    "datetime": lambda _c: _("This must be an instant such as 2026-03-01T08:00:00Z."),
    "date": lambda _c: _("This must be a day such as 2026-03-01."),
    "list": lambda _c: _("This must be a list."),
    "dict": lambda _c: _("This must be an object."),
    "model": lambda _c: _("This must be an object."),
}
