"""The password once more: before acts that hand out rights, guesses slowed down as at sign-in."""

from core.access.principal import present_actor
from core.accounts.models import User
from core.accounts.request_identity import client_of_request
from core.accounts.sessions import Client
from core.accounts.sign_in import SIGN_IN, proves
from core.accounts.throttling import TooManyAttemptsError, take_back
from core.errors import Refused
from core.i18n import gettext as _
from core.unit_of_work import in_unit_of_work, read_only


def prove(user_id: int, password: str, client: Client, *, field: str = "password") -> None:
    """Raise Refused on `field` unless this is the user's present password.

    Also raises TooManyAttemptsError. It writes in units of work of its own: call it before the
    one in which the act is done.
    """
    with read_only() as session:
        user = session.get_one(User, user_id)
        login, kept = user.login, user.password_hash
    if not proves(user_id, login, kept, password, client):
        raise Refused(
            _("The present password is wrong. Nothing was stored."),
            fields={field: [_("This is not your present password.")]},
        )
    in_unit_of_work(lambda s: take_back(s, login, client.address), actor=SIGN_IN)


def prove_present(password: str, *, field: str = "password") -> None:
    """Raise Refused on `field` unless this is the password of whoever makes the request."""
    user_id = present_actor().user_id
    assert user_id is not None  # noqa: S101 - pages behind a right have a signed-in reader
    try:
        prove(user_id, password, client_of_request(), field=field)
    except TooManyAttemptsError as error:
        raise Refused(error.message, fields={field: [error.message]}) from error
