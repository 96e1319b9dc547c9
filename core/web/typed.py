"""What somebody typed into a form that could not be taken now: kept to be sent once more."""

from flask import request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from core.web.edge import comes_from_elsewhere

NEVER_KEPT = ("password", "secret", "csrf_token")


def typed_fields() -> list[tuple[str, str]]:
    """Return what the posted form holds, without secrets and files, to be sent once more."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(word in name for word in NEVER_KEPT)
    ]


def is_own_form() -> bool:
    """Tell whether a page of this site sent the form, before the check for forgery has its turn."""
    if request.method != "POST" or comes_from_elsewhere(request):
        return False
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True
