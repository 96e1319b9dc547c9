"""Translated texts that remember their source, to be said again in another language."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_babel.speaklater import LazyString

_keeping: ContextVar[bool] = ContextVar("keeping_words", default=False)


class Said(str):
    """A text in the present language that knows how to be said in another."""

    __slots__ = ("message", "plural", "values")
    message: str
    plural: str
    values: Mapping[str, Any]


@contextmanager
def keeping(*, on: bool = True) -> Iterator[None]:
    """Let translated texts of the block remember where they come from (or not)."""
    token = _keeping.set(on)
    try:
        yield
    finally:
        _keeping.reset(token)


def remembered(text: str, message: str, values: Mapping[str, Any], plural: str = "") -> str:
    """Return a translated text, knowing its source if it may be stored."""
    if not _keeping.get():
        return text
    said = Said(text)
    said.message, said.plural = message, plural
    said.values = {name: _value(value) for name, value in values.items()}
    return said


def named(text: str, name: Mapping[str, Any]) -> str:
    """Return a name that was made in several languages, knowing all of them if it may be stored."""
    return remembered(text, "", name)


def spoken(words: Any) -> str:
    """Return a text or lazy words as text, without losing what it remembers."""
    if isinstance(words, LazyString):
        words = words._func(*words._args, **words._kwargs)  # noqa: SLF001 - str() would forget
    return words if isinstance(words, str) else str(words)


def joined(parts: Sequence[Any], separator: str) -> str:
    """Return texts as one; each is still said in the reader's language."""
    values = {f"part{number}": spoken(part) for number, part in enumerate(parts)}
    message = separator.replace("%", "%%").join(f"%({name})s" for name in values)
    return remembered(separator.join(values.values()), message, values)


def _value(value: Any) -> Any:
    return value if isinstance(value, int | float | Said) else spoken(value)
