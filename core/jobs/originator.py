"""The identity of a job's originator, as it stands now and not as it was at enqueue."""

from dataclasses import replace

from sqlalchemy.orm import Session

from core.accounts.identity import actor_of, load_user
from core.actor import Actor
from core.errors import NotAllowed
from core.i18n import gettext as _
from core.jobs.leasing import Scopes


def originator(session: Session, user_id: int, scopes: Scopes = None) -> Actor:
    """Return the actor for a job of this user; raise NotAllowed when the account is off.

    What an API token has started stays within the `scopes` of the token.
    """
    user = load_user(session.connection(), user_id)
    if user is None:
        raise NotAllowed(_("The account that started this job is switched off."))
    return replace(actor_of(user), scopes=scopes)
