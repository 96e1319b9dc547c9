"""What somebody typed into a form that could not be taken now: kept to be sent once more."""

from flask import current_app, request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from core.access.decorators import declaration_of
from core.audit.field_words import FieldWords
from core.unit_of_work import current_session
from core.web.edge import comes_from_elsewhere

NEVER_KEPT = ("password", "secret", "csrf_token")
NOT_TYPED = ("row_version", "started_from", "ids", "query", "return_to", "next")


def typed_fields() -> list[tuple[str, str]]:
    """Return what the posted form holds, without secrets and files, to be sent once more."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(word in name for word in NEVER_KEPT)
    ]


def had_files() -> bool:
    """Tell whether a file came with the form; it has to be chosen again."""
    return any(file.filename for file in request.files.values())


def readable_fields() -> list[tuple[str, str]]:
    """Return what was typed with the words of its fields, to be read and copied."""
    view = current_app.view_functions.get(request.endpoint or "")
    declared = declaration_of(view) or ()
    words = FieldWords(current_session(), declared[1] if declared[:1] == ("needs",) else "")
    return [
        (words.title(name.strip("_")), value)
        for name, value in typed_fields()
        if value.strip() and name not in NOT_TYPED and not name.startswith("_")
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
