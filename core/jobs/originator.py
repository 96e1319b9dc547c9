"""The identity of a job's originator, as it stands now and not as it was at enqueue."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.models import User
from core.actor import Actor
from core.errors import NotAllowed
from core.i18n import gettext as _
from core.organisation.models import Employee


def originator(session: Session, user_id: int) -> Actor:
    """Return the actor for a job of this user; raise NotAllowed when the account is off."""
    row = session.execute(
        select(
            User.id,
            User.login,
            User.employee_id,
            User.is_administrator,
            User.locale,
            User.active,
            Employee.name,
        )
        .outerjoin(Employee, Employee.id == User.employee_id)
        .where(User.id == user_id)
    ).one_or_none()
    if row is None or not row.active:
        raise NotAllowed(_("The account that started this job is switched off."))
    return Actor(
        "user",
        user_id=row.id,
        employee_id=row.employee_id,
        label=row.name or row.login,
        is_administrator=row.is_administrator,
        locale=row.locale,
    )
