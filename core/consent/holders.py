"""Who holds a verb: whom it could be asked of, and how many there are."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.access.models import AccessTerm
from core.access.terms import ANY
from core.accounts.models import User


def holders_of(session: Session, resource: str, action: str) -> set[int]:
    """Return the open accounts that a term gives the verb, whatever its range and period.

    What everybody holds is held by every open account; what is held as a substitute is not counted.
    """
    rows = session.execute(
        select(AccessTerm.user_id, AccessTerm.actions).where(
            AccessTerm.allow,
            AccessTerm.for_user_id.is_(None),
            or_(AccessTerm.resource == resource, AccessTerm.resource == ANY),
        )
    )
    named = {row.user_id for row in rows if ANY in row.actions or action in row.actions}
    accounts = select(User.id).where(User.active)
    return set(session.scalars(accounts if None in named else accounts.where(User.id.in_(named))))
