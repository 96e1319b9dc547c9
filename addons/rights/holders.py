"""Whom an assignment concerns, by name."""

from addons.rights.policy import Held, concerns
from addons.rights.world import World
from core.access.changes import Person, everybody
from core.unit_of_work import current_session


def holders_of(held: Held) -> list[Person]:
    """Return the open accounts to which an assignment speaks, in or out of its period."""
    session = current_session()
    world = World(session)
    chosen = [one.user_id for one in world.people(None) if concerns(held, one, world)]
    return everybody(session, chosen)
