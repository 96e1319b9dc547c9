"""Whom an assignment concerns, by name."""

from addons.rights.models import Subject
from addons.rights.policy import Held
from addons.rights.world import Person as Placed
from addons.rights.world import World
from core.access.changes import Person, everybody
from core.unit_of_work import current_session


def holders_of(held: Held) -> list[Person]:
    """Return the open accounts to which an assignment speaks, in or out of its period."""
    session = current_session()
    world = World(session)
    chosen = [one.user_id for one in world.people(None) if concerns(held, one, world)]
    return everybody(session, chosen)


def concerns(held: Held, person: Placed, world: World) -> bool:
    """Tell whether an assignment speaks to somebody."""
    match held.subject:
        case Subject.USER:
            return person.user_id == held.subject_id
        case Subject.POSITION:
            return person.position_id is not None and person.position_id == held.subject_id
        case Subject.GRADE:
            return person.grade_id is not None and person.grade_id == held.subject_id
        case Subject.HEADS:
            return person.employee_id in world.heads()
        case Subject.ADMINISTRATORS:
            return person.is_administrator
        case _:
            return True
