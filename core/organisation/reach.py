"""Whose rights change when the tree or its people do, and the recompilation that follows."""

from collections.abc import Iterable

from sqlalchemy import select

from core.access.default_policy import recompile_users
from core.access.guarded_session import GuardedSession
from core.accounts.models import User
from core.organisation.models import OrgClosure, OrgUnit


def heads_above(session: GuardedSession, unit_id: int | None) -> set[int]:
    """Return the employees who head a unit or one above it: they see what is below."""
    if unit_id is None:
        return set()
    return set(
        session.scalars(
            select(OrgUnit.head_employee_id)
            .join(OrgClosure, OrgClosure.ancestor_id == OrgUnit.id)
            .where(OrgClosure.descendant_id == unit_id, OrgUnit.head_employee_id.is_not(None))
        )
    )


def recompile_employees(session: GuardedSession, employee_ids: Iterable[int | None]) -> None:
    """Compile the rights of these people anew, in the caller's transaction."""
    wanted = {key for key in employee_ids if key is not None}
    if not wanted:
        return
    session.flush()
    users = list(session.scalars(select(User.id).where(User.employee_id.in_(wanted))))
    if users:
        recompile_users(session, users)
