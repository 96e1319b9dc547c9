"""When a record is deleted, what hangs on it goes too: its number may be given out again."""

from collections import defaultdict

from sqlalchemy import delete, event, inspect
from sqlalchemy.orm import UOWTransaction

from core.access.guarded_session import GuardedSession
from core.audit.recording import resource_key
from core.database import SILENT
from core.notifications.services import forget_records
from core.remarks.models import Follower, Remark
from core.remarks.subject import has_page


@event.listens_for(GuardedSession, "after_flush")
def forget_deleted(session: GuardedSession, _context: UOWTransaction) -> None:
    """Delete remarks, followers and notifications of records that this flush deletes."""
    for key, ids in deleted_records(session).items():
        for model in (Remark, Follower):
            doomed = delete(model).where(model.resource == key, model.record_id.in_(ids))
            session.execute(doomed, execution_options=SILENT)
        forget_records(session, key, ids)


def deleted_records(session: GuardedSession) -> dict[str, list[int]]:
    """Return the records with pages that the flush of a unit of work has deleted, by kind."""
    gone: dict[str, list[int]] = defaultdict(list)
    if session.info.get("unit") is None:
        return gone
    for instance in session.deleted:
        key = resource_key(type(instance))
        if has_page(key):
            gone[key].append(inspect(instance).identity[0])
    return gone
