"""Who takes part in a record; written by the services of resources that declare participants."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select

from core.access.guarded_session import GuardedSession
from core.access.models import Participant


def set_participants(
    session: GuardedSession, resource: str, record_id: int, role: str, user_ids: Iterable[int]
) -> None:
    """Make exactly these users the holders of one role in a record."""
    wanted = set(user_ids)
    same = (
        Participant.resource == resource,
        Participant.record_id == record_id,
        Participant.role == role,
    )
    present = set(session.scalars(select(Participant.user_id).where(*same)))
    gone = present - wanted
    if gone:
        session.execute(delete(Participant).where(*same, Participant.user_id.in_(gone)))
    added = [
        {"resource": resource, "record_id": record_id, "role": role, "user_id": user_id}
        for user_id in sorted(wanted - present)
    ]
    if added:
        session.execute(insert(Participant), added)


def participants_of(session: GuardedSession, resource: str, record_id: int) -> dict[str, set[int]]:
    """Return the users who take part in a record, by role."""
    rows = session.execute(
        select(Participant.role, Participant.user_id).where(
            Participant.resource == resource, Participant.record_id == record_id
        )
    )
    found: dict[str, set[int]] = {}
    for role, user_id in rows:
        found.setdefault(role, set()).add(user_id)
    return found
