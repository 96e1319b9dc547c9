"""Reading a request strictly: what was not declared is refused, never ignored."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from core.api.problems import Unprocessable, unknown_words, unprocessable
from core.errors import DomainError
from core.i18n import gettext as _

JSON = "application/json"
PARTS = "multipart/form-data"
MOST_BYTES = 8 * 1024 * 1024
ETAG = '"[0-9]{1,9}"'


def read_body(model: type[BaseModel]) -> BaseModel:
    """Return the body as `model`.

    Raises 415 for anything but JSON, 413 beyond 8 MiB, 400 for what is no JSON, 422 for JSON that
    does not fit.
    """
    if request.mimetype != JSON:
        words = _("Send JSON with the header “Content-Type: application/json”. Nothing was stored.")
        raise DomainError(words, status=415)
    request.max_content_length = MOST_BYTES
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] == "json_invalid":
            raise DomainError(_("The body is no JSON. Nothing was stored.")) from error
        raise unprocessable(error, model) from error


def refuse_body() -> None:
    """Raise 415 when something was sent to an operation that takes nothing."""
    if request.content_length and request.method not in {"GET", "HEAD"}:
        raise DomainError(_("This takes no body: send none. Nothing was stored."), status=415)


def read_query(model: type[BaseModel] | None) -> BaseModel | None:
    """Return the parameters of the address as `model`, every one of them declared and single."""
    fields = model.model_fields if model is not None else {}
    check_names(fields, repeated=())
    if model is None:
        return None
    try:
        return model.model_validate_strings(request.args.to_dict())
    except ValidationError as error:
        raise unprocessable(error, model) from error


def check_names(known: Mapping[str, Any], *, repeated: tuple[str, ...]) -> None:
    """Raise 422 for parameters that nobody declared, 400 for one that stands there twice."""
    unknown = {name: [unknown_words(name, known)] for name in request.args if name not in known}
    if unknown:
        raise Unprocessable(_("The address holds unknown parameters."), fields=unknown)
    for name in request.args:
        if name not in repeated and len(request.args.getlist(name)) > 1:
            raise DomainError(_("“%(name)s” stands in the address more than once.", name=name))


def check_values(allowed: Mapping[str, Sequence[str]]) -> None:
    """Raise 422 for a parameter without a value, or with one that is not allowed for it."""
    faults = {
        name: [unknown_words(value, values)]
        for name, values in allowed.items()
        for value in request.args.getlist(name)
        if value not in values
    }
    faults |= {
        name: [_("This is missing.")]
        for name, value in request.args.items(multi=True)
        if not value and name != "q"
    }
    if faults:
        raise Unprocessable(_("The address holds unknown values."), fields=faults)


def read_version() -> int:
    """Return the row version that If-Match names; 428 without one, 400 for anything else."""
    sent = request.headers.get("If-Match")
    if sent is None:
        words = _("Send the header If-Match with the ETag that you have read.")
        raise DomainError(words, status=428)
    if not re.fullmatch(ETAG, sent):
        raise DomainError(_("If-Match holds no ETag of this site."))
    return int(sent.strip('"'))
