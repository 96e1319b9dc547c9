"""Separation of duties where some are held as a substitute."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from addons.rights.delegation_models import Delegation
from addons.rights.delegation_terms import Lent, may_be_handed_on, period
from addons.rights.held import Held, concerns
from addons.rights.models import Assignment, Exclusion
from addons.rights.world import World
from core.access.changes import everybody
from core.clock import now
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import localized
from core.unit_of_work import current_session


@dataclass(frozen=True, slots=True)
class Holding:
    """A duty that somebody holds as a substitute, and when."""

    user_id: int
    name: str
    duty: Any
    valid_from: datetime | None
    valid_to: datetime | None


def delegated(duty_ids: Collection[int]) -> list[Holding]:
    """Return who holds these duties as a substitute, now or later."""
    session = current_session()
    lent = session.scalars(
        select(Delegation).where(Delegation.ended_at.is_(None), Delegation.valid_to > now())
    )
    names = {one.user_id: one.name for one in everybody(session)}
    world = World(session)
    return [
        Holding(one.to_user_id, names[one.to_user_id], assignment.duty, first, last)
        for one in lent
        if one.to_user_id in names
        for assignment, first, last in _handed(Lent.of(one), world)
        if assignment.duty_id in duty_ids
    ]


def refuse_both(lent: Lent) -> None:
    """Refuse a delegation by which the substitute would hold two duties that exclude each other."""
    session = current_session()
    against: dict[int, dict[int, str]] = {}
    for one in session.scalars(select(Exclusion)):
        against.setdefault(one.duty_id, {})[one.other_id] = one.reason
        against.setdefault(one.other_id, {})[one.duty_id] = one.reason
    if not against:
        return
    coming = list(_handed(lent, World(session)))
    held = [*_held(lent.to_user_id, against), *((a.duty, f, t) for a, f, t in coming)]
    for assignment, first, last in coming:
        for duty, begins, ends in held:
            reason = against.get(assignment.duty_id, {}).get(duty.id)
            if reason is not None and _overlap((first, last), (begins, ends)):
                words = _(
                    "The substitute would hold “%(duty)s” and “%(other)s”, which exclude each "
                    "other. %(reason)s",
                    duty=localized(assignment.duty.name),
                    other=localized(duty.name),
                    reason=reason,
                ).strip()
                raise Refused(words, fields={"assignments": [words]})


def _held(
    user_id: int, among: Iterable[int]
) -> Iterator[tuple[Any, datetime | None, datetime | None]]:
    """Yield the duties of a substitute, own ones and those of further delegations."""
    session = current_session()
    world = World(session)
    wanted = set(among)
    stored = session.scalars(
        select(Assignment).where(
            Assignment.duty_id.in_(wanted), Assignment.ended_at.is_(None), Assignment.allow
        )
    ).unique()
    for person in world.people([user_id]):
        for one in stored:
            if concerns(Held.of(one), person, world):
                yield one.duty, one.valid_from, one.valid_to
    for other in delegated(wanted):
        if other.user_id == user_id:
            yield other.duty, other.valid_from, other.valid_to


def _handed(
    lent: Lent, world: World
) -> Iterator[tuple[Assignment, datetime | None, datetime | None]]:
    """Yield what of a delegation the delegator holds, and when the substitute does."""
    stored = current_session().scalars(
        select(Assignment).where(Assignment.id.in_(lent.assignments), Assignment.ended_at.is_(None))
    )
    lender = next(iter(world.people([lent.from_user_id])), None)
    for one in stored.unique():
        held, when = Held.of(one), period(one, lent.valid_from, lent.valid_to)
        if lender and when and may_be_handed_on(held) and concerns(held, lender, world):
            yield one, *when


def _overlap(
    one: tuple[datetime | None, datetime | None], other: tuple[datetime | None, datetime | None]
) -> bool:
    begins_late = one[0] and other[1] and other[1] <= one[0]
    ends_early = one[1] and other[0] and one[1] <= other[0]
    return not begins_late and not ends_early
