"""What somebody typed into a form that could not be taken now: kept to be sent once more."""

from flask import current_app, request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError
from wtforms.fields.core import UnboundField

from core.access.decorators import declaration_of
from core.audit.field_words import FieldWords
from core.unit_of_work import current_session
from core.web.edge import comes_from_elsewhere
from core.web.forms import Form

NEVER_KEPT = ("password", "secret", "csrf_token")
NOT_TYPED = ("row_version", "started_from", "ids", "query", "return_to", "next", "follow", "back")


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
    asked = _asked_in(getattr(view, "__module__", "").rpartition(".")[0])
    return [
        (asked.get(name) or words.title(name.strip("_")), value)
        for name, value in typed_fields()
        if value.strip() and name not in NOT_TYPED and not name.startswith("_")
    ]


def _asked_in(package: str) -> dict[str, str]:
    """Return the labels of all fields that the forms of a package ask for, by name."""
    found: dict[str, str] = {}
    forms = [Form]
    while forms:
        form = forms.pop()
        forms += form.__subclasses__()
        if form.__module__.rpartition(".")[0] == package:
            found |= {
                name: str(field.args[0])
                for name, field in vars(form).items()
                if isinstance(field, UnboundField) and field.args
            }
    return found


def is_own_form() -> bool:
    """Tell whether a page of this site sent the form, before the check for forgery has its turn."""
    if request.method != "POST" or comes_from_elsewhere(request):
        return False
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True
