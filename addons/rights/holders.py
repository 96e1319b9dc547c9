"""Whom an assignment concerns, by name."""

from addons.rights.policy import Held, concerns
from addons.rights.world import World
from core.access.changes import Person, everybody
from core.unit_of_work import current_session


def holders_of(*several: Held) -> list[Person]:
    """Return the open accounts to which any of these speaks, in or out of its period."""
    session = current_session()
    world = World(session)
    people = world.people(None)
    chosen = [one.user_id for one in people if any(concerns(held, one, world) for held in several)]
    return everybody(session, chosen)
