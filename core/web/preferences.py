"""What a reader chooses for the pages: theme, language, density."""

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from core.accounts.models import User
from core.actor import current_actor
from core.errors import DomainError
from core.i18n import LOCALES
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work
from core.web.addresses import local_path
from core.web.navigation import DENSITIES, THEMES

CHOICES = {"theme": THEMES, "locale": tuple(LOCALES), "density": DENSITIES}
YEAR_SECONDS = 31_536_000


def read_choices(form: dict[str, str]) -> dict[str, str]:
    """Return the valid choices in a form; raise DomainError for a value that does not exist."""
    chosen = {name: form[name] for name in CHOICES if name in form}
    for name, value in chosen.items():
        if value not in CHOICES[name]:
            raise DomainError(_("There is no such choice: %(value)s", value=value[:40]))
    return chosen


def store_choices(user_id: int, chosen: dict[str, str]) -> None:
    """Keep the choices with the account, so that they follow the user to every device."""
    with unit_of_work() as session:
        user = session.get_one(User, user_id)
        for name, value in chosen.items():
            setattr(user, name, value)


def change_preferences() -> BaseResponse:
    """Take the choices of one small form and go back to the page they were made on."""
    chosen = read_choices(request.form.to_dict())
    response: Response = redirect(local_path(request.form.get("next")), code=303)  # type: ignore[assignment]
    actor = current_actor()
    if actor.user_id is not None:
        store_choices(actor.user_id, chosen)
    for name, value in chosen.items():  # the sign-in page should look the same
        response.set_cookie(
            name,
            value,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response
