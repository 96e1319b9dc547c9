"""Who is meant by the subject of an assignment: the names of people, positions and grades."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from addons.rights.models import Grade, Subject
from core.access.children import chunks
from core.accounts.models import User
from core.organisation.models import Employee, Position

Named = tuple[str, int | None]
Name = Mapping[str, str]


def names_of(session: Any, subjects: Iterable[Named]) -> dict[Named, Name]:
    """Return {(kind, id): name in both languages}, in a few statements however many there are.

    Subjects that name nobody, such as heads of units, and those that are gone are left out.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, key in subjects:
        if key is not None:
            wanted[kind].add(key)
    found: dict[Named, Name] = {}
    for kind, keys in wanted.items():
        for some in chunks(sorted(keys)):
            found |= {(kind, key): name for key, name in _read(session, kind, some)}
    return found


def _read(session: Any, kind: str, keys: Sequence[int]) -> Iterator[tuple[int, Name]]:
    if kind == Subject.USER:
        for key, name in user_names(session, keys).items():
            yield key, {"zh": name, "en": name}
    elif kind in {Subject.POSITION, Subject.GRADE}:
        model = Position if kind == Subject.POSITION else Grade
        yield from session.execute(select(model.id, model.name).where(model.id.in_(keys)))


def user_names(session: Any, user_ids: Iterable[int]) -> dict[int, str]:
    """Return what accounts are called, closed ones too, in one statement."""
    people = (
        select(User.id, User.login, Employee.name)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .where(User.id.in_(sorted(set(user_ids))))
    )
    return {key: name or login for key, login, name in session.execute(people)}
