"""The column type of words that are stored, and read in the language of whoever reads them.

What is translated inside `keeping()` is stored as message and values, all else as it is.
"""

import json
from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from core.i18n.catalogue import gettext, ngettext
from core.i18n.formats import localized
from core.i18n.said import Said

MARK = "\u2063say:"  # an invisible separator: no text that people write begins with it


class Sentence(TypeDecorator[str]):
    """A column of words that may be kept; when they do not fit, the plain text is cut instead."""

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    @property
    def python_type(self) -> type[str]:
        """The type of the values: a decorator does not take it over from its `impl`."""
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Store message and values of a text that remembers them."""
        del dialect
        if isinstance(value, Said):
            stored = MARK + json.dumps(_packed(value), ensure_ascii=False)
            value = str(value) if self.length is not None and len(stored) > self.length else stored
        elif value is not None and value.startswith(MARK):  # nobody writes that by accident
            value = value.lstrip(MARK[0])
        return value if value is None or self.length is None else value[: self.length]

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Say it in the reader's language."""
        del dialect
        if value is None or not value.startswith(MARK):
            return value
        said: str = _unpacked(json.loads(value.removeprefix(MARK)))
        return said


class LongSentence(Sentence):
    """As above, of any length."""

    impl = Text
    cache_ok = True


def _packed(value: Any) -> Any:
    if not isinstance(value, Said):
        return value
    values = {name: _packed(one) for name, one in value.values.items()}
    return [value.message, values, value.plural]


def _unpacked(stored: Any) -> Any:
    if not isinstance(stored, list):
        return stored
    message, packed, plural = stored
    values = {name: _unpacked(one) for name, one in packed.items()}
    if not message:
        return localized(values)
    if plural:
        return ngettext(message, plural, values.pop("num"), **values)
    return gettext(message, **values)
