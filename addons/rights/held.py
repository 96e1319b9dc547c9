"""What of an assignment compiling needs, to whom it speaks, and which verbs it gives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from addons.rights.models import Subject
from addons.rights.world import Person, World

MANAGED = ("core.", "rights.")


@dataclass(frozen=True, slots=True)
class Held:
    """What of an assignment compiling needs; a preview makes one that is not stored."""

    duty_id: int
    subject: str
    subject_id: int | None
    allow: bool
    verbs: Sequence[str] | None
    ranges: Mapping[str, Any]
    valid_from: Any
    valid_to: Any
    weekly_hours: Mapping[str, Any] | None
    id: int | None = None

    @classmethod
    def of(cls, stored: Any) -> "Held":
        """Take it from a stored assignment, or from fields that may become one."""
        names = [name for name in cls.__slots__ if name != "id"]
        values = {name: getattr(stored, name) for name in names}
        return cls(**values, id=getattr(stored, "id", None))


def concerns(held: Held, person: Person, world: World) -> bool:
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


def chosen_verbs(actions: Iterable[str], verbs: Sequence[str] | None) -> tuple[str, ...]:
    """Return which of a duty's verbs an assignment gives; "*" in the duty means any."""
    have = set(actions)
    if verbs is None:
        return tuple(sorted(have))
    return tuple(sorted(set(verbs) if "*" in have else have & set(verbs)))
