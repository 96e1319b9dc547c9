"""What a change of rights means before it is made: who may do and see what, counted in rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, inspect, select

from core.access.context import AccessContext, Grants
from core.access.drafts import Draft, Keys
from core.access.key_rules import members
from core.access.lent import with_sight
from core.access.policy import drafts_now
from core.access.reach import NOTHING, KeySet, Reach, both, covers
from core.access.resources import has_rows, resources
from core.access.terms import Term, spoken_to
from core.access.who import BEFORE_ANY_RECORD, UNSEEN
from core.access.windows import FAR
from core.accounts.identity import has_second_factor
from core.accounts.models import User
from core.actor import Actor
from core.clock import now
from core.contributions import Policy, Resource, Verb
from core.organisation.models import Employee
from core.unit_of_work import current_unit

MOST_ROWS = 10_001
COUNTED = 50  # for so many people rows are counted without anybody having to wait
Reaches = dict[tuple[str, str], Reach]


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a verb goes: held at all, and over how many rows; None where none are counted."""

    held: bool
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes alike about some verbs on one resource."""

    resource: str
    verbs: tuple[str, ...]
    before: Extent
    after: Extent
    gains: bool
    loses: bool


@dataclass(frozen=True, slots=True)
class Person:
    """An account as a preview names it."""

    user_id: int
    employee_id: int | None
    name: str
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What of one person changes."""

    person: Person
    differences: Sequence[Difference]

    @property
    def gains(self) -> bool:
        """Tell whether the person may do or see more of something."""
        return any(one.gains for one in self.differences)

    @property
    def loses(self) -> bool:
        """Tell whether the person may do or see less of something."""
        return any(one.loses for one in self.differences)


class Imagined:
    """The rights that some drafts would give, for one person after the other."""

    def __init__(
        self,
        session: Any,
        drafts: Iterable[Draft],
        at: datetime | None = None,
        *,
        lenders_eyes: bool = False,
    ) -> None:
        """`lenders_eyes`: acts count on what lenders see, for who holds them may see it anyway."""
        self.session = session
        self.at = at or now()
        self.lenders_eyes = lenders_eyes
        self._drafts: dict[int | None, list[Draft]] = {}
        self._keys: dict[tuple[str, Keys], KeySet] = {}
        for draft in drafts:
            self._drafts.setdefault(draft.user_id, []).append(draft)

    def reaches(self, person: Person) -> Reaches:
        """Return how far each verb would go for the person at that moment, if it is held."""
        actor = Actor("user", user_id=person.user_id, employee_id=person.employee_id)
        about = [*self._drafts.get(None, ()), *self._drafts.get(person.user_id, ())]
        terms = tuple(self._term(draft, person) for draft in about)
        has = person.second_factor
        access = acting = AccessContext(actor, Grants.at(terms, self.at, second_factor=has))
        if self.lenders_eyes:
            seeing = Grants.at(with_sight(terms), self.at, second_factor=has)
            acting = AccessContext(actor, seeing)
        found: Reaches = {}
        for key, resource in resources().items():
            seen = acting.reach(key, Verb.QUERY)
            for action in resource.actions:
                reach = (access if action == Verb.QUERY else acting).reach(key, action)
                if has_rows(resource) and action not in BEFORE_ANY_RECORD | UNSEEN:
                    reach = both(reach, seen)  # nobody acts on what is out of sight
                if not reach.is_nothing:
                    found[key, str(action)] = reach
        return found

    def _term(self, draft: Draft, person: Person) -> Term:
        named = {key: self._set(key, keys) for key, keys in draft.ranges.items()}
        return spoken_to(person.employee_id, draft, named)

    def _set(self, dimension: str, keys: Keys) -> KeySet:
        if (dimension, keys) not in self._keys:
            found = set(keys.listed)
            if keys.rules:
                rule = {"dimension": dimension, "listed": [], "rules": keys.rules}
                statement = members(rule)
                found |= set() if statement is None else set(self.session.scalars(statement))
            self._keys[dimension, keys] = KeySet(keys=frozenset(found))
        return self._keys[dimension, keys]


class Comparison:
    """Two imagined states side by side; rows of one reach are counted once for everybody."""

    def __init__(self, before: Imagined, after: Imagined, *, counted: bool = True) -> None:
        self.before, self.after, self.counted = before, after, counted
        self._rows: dict[tuple[str, Reach, int | None], int] = {}

    def of(self, person: Person) -> Change | None:
        """Return what changes for a person, None when nothing does."""
        old, new = self.before.reaches(person), self.after.reaches(person)
        alike: dict[tuple[Any, ...], list[str]] = {}
        for key, action in (one for one in _ordered({*old, *new}) if old.get(one) != new.get(one)):
            one, other = old.get((key, action), NOTHING), new.get((key, action), NOTHING)
            gains, loses = not covers(one, other), not covers(other, one)
            if gains or loses:
                extents = (self._extent(key, action, each, person) for each in (one, other))
                alike.setdefault((key, *extents, gains, loses), []).append(action)
        if not alike:
            return None
        return Change(
            person,
            [
                Difference(key, tuple(verbs), one, other, gains, loses)
                for (key, one, other, gains, loses), verbs in alike.items()
            ],
        )

    def _extent(self, key: str, action: str, reach: Reach, person: Person) -> Extent:
        resource = resources()[key]
        if not self.counted or action in BEFORE_ANY_RECORD or not has_rows(resource):
            return Extent(not reach.is_nothing)
        counted = (key, reach, person.user_id if reach.participant else None)
        if counted not in self._rows:
            self._rows[counted] = 0 if reach.is_nothing else _count(resource, reach, person)
        return Extent(not reach.is_nothing, self._rows[counted])


def _ordered(keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (resource, verb) by resource, verbs as the resource declares them."""
    declared = resources()
    places = {key: [str(a) for a in one.actions].index for key, one in declared.items()}
    return sorted(keys, key=lambda one: (one[0], places[one[0]](one[1])))


def _count(resource: Resource, reach: Reach, person: Person) -> int:
    """Count the rows of a person's reach, up to `MOST_ROWS`."""
    assert resource.model is not None  # noqa: S101 - for the type checker
    term = Term(resource=resource.key, actions=frozenset())  # so that the reach below is asked for
    grants = Grants((term,), (), now(), FAR, reaches={(resource.key, Verb.QUERY): reach})
    actor = Actor("user", user_id=person.user_id, employee_id=person.employee_id)
    session = current_unit().new_session(AccessContext(actor, grants))
    try:
        (key,) = inspect(resource.model).primary_key
        rows = select(key).select_from(resource.model).limit(MOST_ROWS).subquery()
        return int(session.scalar(select(func.count()).select_from(rows)) or 0)
    finally:
        session.close()


def of_policies(session: Any, before: Policy, after: Policy) -> list[Change]:
    """Return whose rights differ under two policies; on a small site their rows are counted too."""
    wide = current_unit().new_session(AccessContext.system("comparing two policies"))
    try:
        old = Imagined(wide, drafts_now(session, before, None))
        new = Imagined(wide, drafts_now(session, after, None))
        people = everybody(wide)
        counted = len(people) <= COUNTED
        compared = Comparison(old, new, counted=counted)
        return [one for one in map(compared.of, people) if one is not None]
    finally:
        wide.close()


def everybody(session: Any, user_ids: Iterable[int] | None = None) -> list[Person]:
    """Return the open accounts (of these users) by name."""
    rows = (
        select(User.id, Employee.id, Employee.name, User.login, has_second_factor())
        .outerjoin(Employee, (Employee.id == User.employee_id) & Employee.active)
        .where(User.active)
        .order_by(User.id)
    )
    if user_ids is not None:
        rows = rows.where(User.id.in_(list(user_ids)))
    return [Person(u, e, name or login, has) for u, e, name, login, has in session.execute(rows)]
