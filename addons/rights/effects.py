"""What an act on rights would change: what each person sees and may do, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from addons.rights.delegation_terms import substitutes_of
from addons.rights.holders import holders_of
from addons.rights.models import Duty
from addons.rights.policy import Compiler, Held
from core.access.changes import Change, Comparison, Imagined, Person, everybody
from core.access.context import AccessContext
from core.access.windows import Window
from core.clock import now
from core.unit_of_work import current_session, current_unit

LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class Effects:
    """Everybody concerned by name, and what changes for the first `LOOKED_AT` of them.

    It is told as if everybody had a second factor: whoever sets one up later asks nobody again.
    """

    people: Sequence[Person]
    changes: Sequence[Change]
    at: datetime | None = None  # a moment to come, if it is not about now
    lacking: int = 0  # how many of them lack the second factor that the duty needs

    @property
    def widens(self) -> bool:
        """Tell whether anybody looked at may do or see more than before."""
        return any(change.gains for change in self.changes)

    @property
    def is_partial(self) -> bool:
        """Tell whether there are people that were not looked at."""
        return len(self.people) > LOOKED_AT


def of_assigning(held: Held) -> Effects:
    """Return what giving (or denying) would change, from when it is in force first."""
    return _effects(held, added=(held,))


def of_ending(held: Held) -> Effects:
    """Return what ending a stored assignment would change, from when it is in force next."""
    return _effects(held, without=frozenset({held.id or 0}))


def _effects(
    held: Held, *, added: Sequence[Held] = (), without: frozenset[int] = frozenset()
) -> Effects:
    session = current_session()
    instant = now()
    at = Window.of(held).first_moment(instant) or instant
    later = at > instant
    holders = [one.user_id for one in holders_of(held)]
    people = everybody(session, {*holders, *substitutes_of(session, set(holders))})
    picked = [replace(one, second_factor=True) for one in people[:LOOKED_AT]]
    keys = [one.user_id for one in picked]
    session.flush()
    wide = current_unit().new_session(AccessContext.system("what an assignment would change"))
    try:
        before = Imagined(wide, Compiler(wide).drafts(keys, everybody=True), at)
        after = Imagined(wide, Compiler(wide, added, without).drafts(keys, everybody=True), at)
        found = map(Comparison(before, after).of, picked)
        changes = [one for one in found if one is not None]
        return Effects(people, changes, at if later else None, _lacking(held, people))
    finally:
        wide.close()


def _lacking(held: Held, people: Sequence[Person]) -> int:
    duty = current_session().get_one(Duty, held.duty_id)
    return sum(not one.second_factor for one in people) if held.allow and duty.second_factor else 0
