"""Whose rights change when the tree of units does."""

from sqlalchemy import select

from core.access.guarded_session import GuardedSession
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
