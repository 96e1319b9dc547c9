"""Who acts proves once more to be the one: the password, and a code where there is a second factor.

Asked for before acts that hand out rights; guesses are slowed down as at sign-in.
"""

from core.access.principal import present_actor
from core.accounts.code_check import proves_code, wrong_code
from core.accounts.models import User
from core.accounts.proof_field import ProofField
from core.accounts.request_identity import client_of_request
from core.accounts.second_factor import is_enrolled
from core.accounts.sessions import Client
from core.accounts.sign_in import SIGN_IN, proves
from core.accounts.throttling import TooManyAttemptsError, take_back
from core.errors import Refused
from core.i18n import gettext as _
from core.unit_of_work import in_unit_of_work, read_only


def prove(
    user_id: int, password: str, client: Client, *, code: str = "", field: str = "password"
) -> None:
    """Raise Refused on `field` unless this is the user's present password, and a code that is due.

    Also raises TooManyAttemptsError. It writes in units of work of its own: call it before the
    one in which the act is done. The code is used up, whatever becomes of the act.
    """
    with read_only() as session:
        user = session.get_one(User, user_id)
        login, kept, has_code = user.login, user.password_hash, is_enrolled(session, user_id)
    if not proves(user_id, login, kept, password, client):
        raise Refused(
            _("The present password is wrong. Nothing was stored."),
            fields={field: [_("This is not your present password.")]},
        )
    in_unit_of_work(lambda s: take_back(s, login, client.address), actor=SIGN_IN)
    if has_code and not code.strip():
        raise Refused(
            _("The code is missing. Nothing was stored."),
            fields={f"{field}-code": [_("Give the code that your app shows as well.")]},
        )
    if has_code and not proves_code(user_id, login, code, client):
        raise Refused(
            _("The code does not fit. Nothing was stored."),
            fields={f"{field}-code": [wrong_code()]},
        )


def prove_present(given: ProofField) -> None:
    """Raise Refused on the field unless it proves who makes the request."""
    user_id = present_actor().user_id
    assert user_id is not None  # noqa: S101 - pages behind a right have a signed-in reader
    name = given.name
    try:
        prove(user_id, given.data or "", client_of_request(), code=given.code, field=name)
    except TooManyAttemptsError as error:
        raise Refused(error.message, fields={name: [error.message]}) from error
