"""What a change of rights means before it is made: who may do and see what, counted in rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, inspect, select

from core.access.context import AccessContext
from core.access.drafts import Draft, Keys
from core.access.key_rules import members
from core.access.policy import drafts_now
from core.access.reach import Conjunct, KeySet
from core.access.resources import has_rows, resources
from core.access.terms import Term
from core.access.windows import WeeklyHours, Window
from core.accounts.models import User
from core.actor import Actor
from core.contributions import Policy, Resource, Verb
from core.organisation.models import Employee
from core.unit_of_work import current_unit

MOST_ROWS = 10_001
COUNTED = 50  # for so many people rows are counted without anybody having to wait


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may do with one kind of record; `rows` None where there are none to see."""

    resource: str
    verbs: tuple[str, ...]
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An account as a preview names it."""

    user_id: int
    employee_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """What of one person changes; both sequences speak of the same resources in one order."""

    person: Person
    before: Sequence[Sight]
    after: Sequence[Sight]

    @property
    def gains(self) -> bool:
        """Tell whether the person may do or see more of something."""
        return any(
            set(new.verbs) - set(old.verbs) or (new.rows or 0) > (old.rows or 0)
            for old, new in zip(self.before, self.after, strict=True)
        )

    @property
    def loses(self) -> bool:
        """Tell whether the person may do or see less of something."""
        return any(
            set(old.verbs) - set(new.verbs) or (old.rows or 0) > (new.rows or 0)
            for old, new in zip(self.before, self.after, strict=True)
        )


class Imagined:
    """The rights that some drafts would give, for one person after the other."""

    def __init__(self, session: Any, drafts: Iterable[Draft]) -> None:
        self.session = session
        self._drafts: dict[int | None, list[Draft]] = {}
        self._keys: dict[tuple[str, Keys], KeySet] = {}
        for draft in drafts:
            self._drafts.setdefault(draft.user_id, []).append(draft)

    def sights(self, person: Person, *, counted: bool = True) -> dict[str, Sight]:
        """Return what the person could do just now, by resource; rows only if `counted`."""
        actor = Actor("user", user_id=person.user_id, employee_id=person.employee_id)
        about = [*self._drafts.get(None, ()), *self._drafts.get(person.user_id, ())]
        terms = tuple(self._term(draft, person) for draft in about)
        access = AccessContext.of_terms(actor, terms)
        found = {}
        for key, resource in resources().items():
            verbs = tuple(str(a) for a in resource.actions if access.may(key, str(a)))
            if verbs:
                rows = self._count(access, resource) if counted and Verb.QUERY in verbs else None
                found[key] = Sight(key, verbs, rows)
        return found

    def _count(self, access: AccessContext, resource: Resource) -> int | None:
        if resource.model is None or not has_rows(resource):
            return None
        session = current_unit().new_session(access)
        try:
            (key,) = inspect(resource.model).primary_key
            rows = select(key).select_from(resource.model).limit(MOST_ROWS).subquery()
            return int(session.scalar(select(func.count()).select_from(rows)) or 0)
        finally:
            session.close()

    def _term(self, draft: Draft, person: Person) -> Term:
        named = {key: self._set(key, keys) for key, keys in draft.ranges.items()}
        if draft.owner_self:
            own = frozenset() if person.employee_id is None else frozenset({person.employee_id})
            named["owner"] = named.get("owner", KeySet()) | KeySet(keys=own)
        weekly = None if draft.weekly_hours is None else WeeklyHours.parse(draft.weekly_hours)
        return Term(
            resource=draft.resource,
            actions=frozenset(draft.actions),
            allow=draft.allow,
            ranges=Conjunct.of(named),
            window=Window(draft.valid_from, draft.valid_to, weekly),
            source=draft.source,
            for_user=draft.for_user_id,
        )

    def _set(self, dimension: str, keys: Keys) -> KeySet:
        if (dimension, keys) not in self._keys:
            found = set(keys.listed)
            if keys.rules:
                rule = {"dimension": dimension, "listed": [], "rules": keys.rules}
                statement = members(rule)
                found |= set() if statement is None else set(self.session.scalars(statement))
            self._keys[dimension, keys] = KeySet(keys=frozenset(found))
        return self._keys[dimension, keys]


def changed(
    before: Imagined, after: Imagined, person: Person, *, counted: bool = True
) -> Change | None:
    """Return what changes for a person, None when nothing does."""
    old, new = (one.sights(person, counted=counted) for one in (before, after))
    keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    if not keys:
        return None
    return Change(
        person,
        [old.get(key) or _nothing(new[key]) for key in keys],
        [new.get(key) or _nothing(old[key]) for key in keys],
    )


def _nothing(like: Sight) -> Sight:
    return Sight(like.resource, (), None if like.rows is None else 0)


def of_policies(session: Any, before: Policy, after: Policy) -> list[Change]:
    """Return whose rights differ under two policies; on a small site their rows are counted too."""
    wide = current_unit().new_session(AccessContext.system("comparing two policies"))
    try:
        old = Imagined(wide, drafts_now(session, before, None))
        new = Imagined(wide, drafts_now(session, after, None))
        people = everybody(wide)
        counted = len(people) <= COUNTED
        pairs = (changed(old, new, one, counted=counted) for one in people)
        return [one for one in pairs if one is not None]
    finally:
        wide.close()


def everybody(session: Any, user_ids: Iterable[int] | None = None) -> list[Person]:
    """Return the open accounts (of these users) by name."""
    rows = (
        select(User.id, Employee.id, Employee.name, User.login)
        .outerjoin(Employee, (Employee.id == User.employee_id) & Employee.active)
        .where(User.active)
        .order_by(User.id)
    )
    if user_ids is not None:
        rows = rows.where(User.id.in_(list(user_ids)))
    return [Person(u, e, name or login) for u, e, name, login in session.execute(rows)]
