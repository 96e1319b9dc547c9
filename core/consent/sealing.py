"""What a refused act hands to the page that asks for it: sealed, for one reader and an hour."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.consent.acts import known_act
from core.contributions import Act
from core.errors import Refused
from core.i18n import gettext as _
from core.unit_of_work import current_unit

SEALED_SECONDS = 3600


def sealed(act: Act, payload: Mapping[str, Any]) -> str:
    """Return the act and its arguments, sealed for the actor."""
    held = {"user": current_unit().actor.user_id, "act": act.name, "of": dict(payload)}
    return str(_serializer().dumps(held))


def unsealed(text: str) -> tuple[Act, dict[str, Any]]:
    """Return the act and its arguments that this site sealed for the actor within an hour."""
    try:
        held = _serializer().loads(text, max_age=SEALED_SECONDS)
    except BadSignature:
        held = {}
    if not held or held["user"] != current_unit().actor.user_id:
        raise Refused(_("This is too old, or not yours. Do the act again; nothing was asked."))
    return known_act(held["act"]), held["of"]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="sunmao consent")
