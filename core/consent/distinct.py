"""Whether accounts are different people: not where one person could act by both."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accounts.resources import USER
from core.audit.models import AuditEntry

MADE_WITHIN = timedelta(days=30)
MAKING = ("create", "reset", "reset-second-factor")


def masters(session: Session, user_ids: Iterable[int], before: datetime) -> dict[int, set[int]]:
    """Return for each account who could act by it: itself, and whoever gave it its password.

    That is who made it, or reset its password or second factor, from 30 days before `before` until
    now, and so on upwards, as the audit trail tells.
    """
    given: dict[int, set[int]] = {}
    rows = session.execute(
        select(AuditEntry.record_id, AuditEntry.actor_user_id).where(
            AuditEntry.resource == USER,
            AuditEntry.action.in_(MAKING),
            AuditEntry.actor_user_id.is_not(None),
            AuditEntry.at > before - MADE_WITHIN,
        )
    )
    for account, maker in rows:
        given.setdefault(account or 0, set()).add(maker or 0)
    found = {}
    for user_id in user_ids:
        known, to_ask = {user_id}, [user_id]
        while to_ask:
            new = given.get(to_ask.pop(), set()) - known
            known |= new
            to_ask += new
        found[user_id] = known
    return found


def distinct(session: Session, first: int, others: Iterable[int], before: datetime) -> list[int]:
    """Return those of `others`, in their order, who are not `first` nor one another."""
    several = list(others)
    known = masters(session, [first, *several], before)
    taken, found = set(known[first]), []
    for user_id in several:
        if not taken & known[user_id]:
            taken |= known[user_id]
            found.append(user_id)
    return found
