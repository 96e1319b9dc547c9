"""Who holds which duties, and when: by assignments of their own and as a substitute."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from addons.rights.delegation_models import Delegation
from addons.rights.delegation_terms import Lent, may_be_handed_on, period
from addons.rights.held import Held, concerns
from addons.rights.models import Assignment
from addons.rights.world import World
from core.access.changes import everybody
from core.clock import now
from core.unit_of_work import current_session


@dataclass(frozen=True, slots=True)
class Holding:
    """A duty that somebody holds, and when; weekly hours are not looked at."""

    user_id: int
    name: str
    duty: Any
    valid_from: datetime | None
    valid_to: datetime | None


def holdings(duty_ids: Collection[int], user_ids: Collection[int] | None = None) -> list[Holding]:
    """Return who (of these users) holds these duties now or later, in a few statements."""
    session = current_session()
    still = or_(Assignment.valid_to.is_(None), Assignment.valid_to > now())
    given = session.scalars(
        select(Assignment)
        .where(Assignment.duty_id.in_(duty_ids), Assignment.ended_at.is_(None), still)
        .where(Assignment.allow)
        .order_by(Assignment.id)
    )
    stored = given.unique().all()
    world, held = World(session), {one.id: Held.of(one) for one in stored}
    wanted = None if user_ids is None else sorted(user_ids)
    names = {one.user_id: one.name for one in everybody(session, wanted)}
    own = [
        Holding(person.user_id, names[person.user_id], one.duty, one.valid_from, one.valid_to)
        for person in world.people(wanted)
        for one in stored
        if concerns(held[one.id], person, world)
    ]
    lent = select(Delegation).where(Delegation.ended_at.is_(None), Delegation.valid_to > now())
    if wanted is not None:
        lent = lent.where(Delegation.to_user_id.in_(wanted))
    several = [one for one in map(Lent.of, session.scalars(lent)) if one.to_user_id in names]
    return [*own, *handed(several, stored, world, names)]


def handed(
    several: Sequence[Lent], stored: Sequence[Any], world: World, names: dict[int, str]
) -> Iterator[Holding]:
    """Yield what of these assignments substitutes hold, and when; `names` are theirs."""
    givers = sorted({one.from_user_id for one in several})
    people = {one.user_id: one for one in world.people(givers)} if givers else {}
    by_id = {one.id: one for one in stored}
    for lent in several:
        lender = people.get(lent.from_user_id)
        for one in (by_id[key] for key in lent.assignments if key in by_id):
            held, when = Held.of(one), period(one, lent.valid_from, lent.valid_to)
            if lender and when and may_be_handed_on(held) and concerns(held, lender, world):
                key = lent.to_user_id
                yield Holding(key, names.get(key, ""), one.duty, *when)


def overlap(one: Any, other: Any) -> bool:
    """Tell whether two periods have a moment in common."""
    begins_late = one.valid_from and other.valid_to and other.valid_to <= one.valid_from
    ends_early = one.valid_to and other.valid_from and one.valid_to <= other.valid_from
    return not begins_late and not ends_early
