"""Keeping what was used, off the path of requests, and reading it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.access.children import chunks
from core.access.guarded_session import GuardedSession
from core.access.use_models import AccessUse
from core.access.uses import Key, keep, take
from core.accounts.models import User
from core.actor import system_actor
from core.database import db, insert_once
from core.unit_of_work import in_unit_of_work

KEEPING = system_actor("uses of rights")
BEAT = 60.0  # seconds that a use waits at most for others, so that busy hours write once a minute


@dataclass(frozen=True, slots=True)
class UseRecord:
    """Since when uses are known, and the last day of each (resource, verb) by user."""

    since: date | None
    by_user: Mapping[int, Mapping[tuple[str, str], date]]


def hand_over(*, at_once: bool = False) -> int:
    """Store what this process noted, once the first of it has waited a minute; return how much.

    Called by the thread of each serving process, never in a request. What cannot be stored goes
    on waiting.
    """
    taken = take(db.engine, seconds=0.0 if at_once else BEAT)
    if not taken:
        return 0
    try:
        return in_unit_of_work(lambda session: store(session, taken), actor=KEEPING)
    except BaseException:
        keep(db.engine, taken)
        raise


def store(session: GuardedSession, days: Mapping[Key, date]) -> int:
    """Store uses; all processes in one order, so that they do not wait for each other crosswise."""
    noted = {user for user, _resource, _verb in days}
    users = set(session.scalars(select(User.id).where(User.id.in_(noted))))  # one may be gone since
    rows = [
        {"user_id": user, "resource": resource, "verb": verb, "first_on": day, "last_on": day}
        for (user, resource, verb), day in sorted(days.items())
        if user in users
    ]
    for some in chunks(rows):
        statement = insert_once(session)(AccessUse).values(list(some))
        newer = statement.excluded.last_on
        session.execute(
            statement.on_conflict_do_update(
                index_elements=list(AccessUse.__table__.primary_key),
                set_={"last_on": newer},
                where=AccessUse.last_on < newer,
            )
        )
    return len(rows)


def recorded(session: GuardedSession) -> UseRecord:
    """Return the whole record, in one statement."""
    since: date | None = None
    by_user: dict[int, dict[tuple[str, str], date]] = defaultdict(dict)
    columns = select(
        AccessUse.user_id, AccessUse.resource, AccessUse.verb, AccessUse.first_on, AccessUse.last_on
    )
    for user, resource, verb, first, last in session.execute(columns):
        by_user[user][resource, verb] = last
        since = first if since is None else min(since, first)
    return UseRecord(since, by_user)
