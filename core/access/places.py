"""Where new records may be put, asked before the flush asks."""

from collections.abc import Callable
from functools import cache

from sqlalchemy import select

from core.access.conditions import SET_KEYS
from core.access.declarations import Protected
from core.access.flush_guard import giving
from core.contributions import Verb
from core.unit_of_work import current_session, current_unit

Place = tuple[int | None, int | None]


def places_for(model: type[Protected], verb: str = Verb.CREATE) -> Callable[[Place], bool]:
    """Return a test of (owner, unit) that tells whether the actor may put a new `model` there.

    The answer is that of the flush, which stays the judge. Large ranges are read once, so that a
    whole house can be tested.
    """
    access, session = current_unit().access, current_session()
    if access.is_system:
        return lambda _place: True
    reaches = [access.reach(model.__resource__, one) for one in (verb, *giving(model))]

    @cache
    def held(sets: frozenset[int]) -> frozenset[int]:
        found = select(SET_KEYS.c.key).where(SET_KEYS.c.set_id.in_(sets))
        return frozenset(session.connection().scalars(found))

    def admitted(place: Place) -> bool:
        scope = {"owner": place[0], "org": place[1]}
        return any(reach.admits(scope, lambda sets, key: key in held(sets)) for reach in reaches)

    return admitted
