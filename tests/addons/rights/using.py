"""A record of uses and assignments of long ago, for tests and pictures."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from addons.rights.models import Assignment
from core.access.use_models import AccessUse
from core.clock import now, today
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work


def used(user: Any, resource: str, verb: str, days: int, *, first: int | None = None) -> None:
    """Let somebody have used a verb so many days ago last, and perhaps for the first time."""
    last = today() - timedelta(days=days)
    begun = last if first is None else today() - timedelta(days=first)
    with unit_of_work(MAKING) as session:
        kept = session.get(AccessUse, (user.id, resource, verb))
        if kept is None:
            kept = AccessUse(user_id=user.id, resource=resource, verb=verb, first_on=begun)
            session.add(kept)
        kept.last_on = last


def aged(*keys: int, days: int) -> None:
    """Let assignments have been given so many days ago; all of them where none is named."""
    with unit_of_work(MAKING) as session:
        long_ago = update(Assignment).values(given_at=now() - timedelta(days=days))
        session.execute(long_ago.where(Assignment.id.in_(keys)) if keys else long_ago)
