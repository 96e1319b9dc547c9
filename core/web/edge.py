"""Checks before any view runs: text that no field can hold, huge numbers."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import NotFound

from core.errors import DomainError
from core.i18n import gettext as _

MAX_QUERY_BYTES = 8_192
MAX_PARAMETERS = 400
MAX_VALUE = 2_000
MAX_INTEGER = 2**31 - 1


def check_edge() -> None:
    """Refuse with 400 what is malformed and with 404 ids that no record can have."""
    if len(request.query_string) > MAX_QUERY_BYTES:
        raise DomainError(_("The address is too long. Remove some filters and try again."))
    pairs = list(request.args.items(multi=True))
    if len(pairs) > MAX_PARAMETERS:
        raise DomainError(_("The address holds too many parameters."))
    for name, value in pairs:
        if len(value) > MAX_VALUE or len(name) > MAX_VALUE:
            raise DomainError(_("A value in the address is too long."))
    check_text((request.path,))
    check_text(part for pair in pairs for part in pair)
    check_ids()
    if request.routing_exception is None and request.method in {"POST", "PUT", "PATCH"}:
        check_text(part for pair in request.form.items(multi=True) for part in pair)
        check_text(file.filename or "" for file in request.files.values())
        if request.is_json:
            check_text(_json_texts())


def check_text(parts: Iterable[str]) -> None:
    """Refuse NUL and lone surrogates: no database column can hold them."""
    for text in parts:
        if text.isascii():
            if "\0" in text:
                raise DomainError(_("The input holds a character that cannot be stored (NUL)."))
            continue
        if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise DomainError(_("The input holds a character that cannot be stored."))


def check_ids() -> None:
    """Answer 404 for an integer in the path beyond what an id can be."""
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and value > MAX_INTEGER:
            raise NotFound


def _json_texts() -> Iterable[str]:
    try:
        return list(_texts(request.get_json(silent=True)))
    except RecursionError as error:
        raise DomainError(_("The input is nested too deeply.")) from error


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def configure_edge(app: Flask) -> None:
    """Run the checks behind the identity, so that refusals wear the reader's shell."""
    app.before_request(check_edge)
