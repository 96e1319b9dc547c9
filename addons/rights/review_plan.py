"""What a review would ask of whom: nothing is stored here, so a preview and the opening agree."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from addons.rights.models import Assignment, Duty, Exclusion, Subject
from addons.rights.policy import Held, chosen_verbs, concerns
from addons.rights.world import Person, World
from core.accounts.models import User
from core.clock import now
from core.i18n import gettext as _
from core.organisation.models import Employee, OrgUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFields:
    """A review as its form states it; no duties, units or assignments named means all of them."""

    name: str
    due_on: date | None
    subjects: Sequence[str]
    duties: Sequence[int] = ()
    units: Sequence[int] = ()
    assignments: Sequence[int] = ()

    def covers(self) -> dict[str, list[Any]]:
        """Return to what it is limited, as it is stored."""
        named = ("subjects", "duties", "units", "assignments")
        found = {name: list(getattr(self, name)) for name in named}
        return found | {"subjects": [str(one) for one in self.subjects]}

    def takes(self, one: Assignment) -> bool:
        """Tell whether an assignment is among what it asks about."""
        return (
            one.subject in self.subjects
            and (not self.duties or one.duty_id in self.duties)
            and (not self.assignments or one.id in self.assignments)
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """One item to be: whose, of which assignment, and who decides."""

    assignment: Assignment
    user_id: int
    reviewer_id: int
    contains: Sequence[str]
    hints: Sequence[Any]


@dataclass(slots=True)
class Plan:
    """All items to be, with the names that they are stored under."""

    items: list[Planned] = field(default_factory=list)
    people: dict[int, tuple[str, str, Mapping[str, str]]] = field(default_factory=dict)

    @property
    def reviewers(self) -> list[tuple[str, int]]:
        """Who would decide how many, by name."""
        found: dict[int, int] = defaultdict(int)
        for one in self.items:
            found[one.reviewer_id] += 1
        return sorted((self.people[key][0], number) for key, number in found.items())


def unknown_choices(session: Any, fields: ReviewFields) -> dict[str, list[str]]:
    """Return by field what of the duties and units does not exist (any more)."""
    faults = {}
    for name, model in (("duties", Duty), ("units", OrgUnit)):
        wanted = set(getattr(fields, name))
        if wanted - set(session.scalars(select(model.id).where(model.id.in_(wanted)))):
            faults[name] = [_("One of these does not exist any more. Choose again.")]
    return faults


def plan(session: Any, fields: ReviewFields, opener_id: int | None) -> Plan:
    """Return the items of a review: what is given now, or will be, person by person."""
    made = Plan()
    world, crowd = World(session), _Crowd(session)
    excluded = _exclusions(session)
    below = {one for unit in fields.units for one in world.below(unit)}
    given = [
        (one, Held.of(one))
        for one in session.scalars(
            select(Assignment)
            .where(
                Assignment.ended_at.is_(None),
                Assignment.allow,
                or_(Assignment.valid_to.is_(None), Assignment.valid_to > now()),
            )
            .order_by(Assignment.id)
        ).unique()
        if one.duty.active
    ]
    for person in crowd.everybody(world):
        if below and person.unit_id not in below:
            continue
        mine = [one for one, held in given if crowd.has(person, held, world)]
        held = {one.duty_id: one.duty for one in mine}
        for one in mine:
            if fields.takes(one):
                made.items.append(
                    Planned(
                        one,
                        person.user_id,
                        crowd.reviewer_of(person, opener_id),
                        _contains(one),
                        list(_hints(one, held, excluded, closed=crowd.is_closed(person))),
                    )
                )
    made.people = crowd.names
    return made


class _Crowd:
    """All accounts, closed ones too, and who leads whom; read once."""

    def __init__(self, session: Any) -> None:
        rows = session.execute(
            select(User, Employee, OrgUnit)
            .outerjoin(Employee, Employee.id == User.employee_id)
            .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
            .order_by(User.id)
        ).all()
        self.rows = {user.id: (user, employee) for user, employee, _unit in rows}
        self.names = {
            user.id: (
                employee.name if employee else user.login,
                user.login,
                unit.name if unit else {},
            )
            for user, employee, unit in rows
        }
        self._accounts: dict[int, int] = {
            employee.id: user.id
            for user, employee, _unit in rows
            if employee is not None and employee.active and user.active
        }
        self._administrators = [u.id for u, _e, _o in rows if u.active and u.is_administrator]
        units = session.execute(select(OrgUnit.id, OrgUnit.parent_id, OrgUnit.head_employee_id))
        self._units = {key: (parent, head) for key, parent, head in units}

    def everybody(self, world: World) -> Iterator[Person]:
        """Yield open accounts as compiling knows them, and closed ones."""
        yield from world.people(None)
        for user, employee in self.rows.values():
            if not user.active:
                unit = employee.unit_id if employee is not None else None
                yield Person(user.id, is_administrator=False, unit_id=unit)

    def is_closed(self, person: Person) -> bool:
        """Tell whether the account is switched off."""
        return not self.rows[person.user_id][0].active

    def has(self, person: Person, held: Held, world: World) -> bool:
        """Tell whether an assignment speaks to somebody; to a closed account only by its name."""
        if self.is_closed(person) and held.subject != Subject.USER:
            return False
        return concerns(held, person, world)

    def reviewer_of(self, person: Person, opener_id: int | None) -> int:
        """Return who decides: the nearest head above who is somebody else, else who opened it.

        Nobody decides about the own rights while there is another administrator.
        """
        unit = person.unit_id
        while unit is not None:
            unit, head = self._units[unit]
            account = self._accounts.get(head) if head is not None else None
            if account is not None and account != person.user_id:
                return account
        others = [one for one in (opener_id, *self._administrators) if one is not None]
        return next((one for one in others if one != person.user_id), person.user_id)


def _contains(one: Assignment) -> list[str]:
    pairs: dict[str, list[str]] = {}
    for grant in one.duty.grants:
        pairs.setdefault(grant.resource, []).append(grant.action)
    return sorted(
        f"{resource}:{verb}"
        for resource, actions in pairs.items()
        for verb in chosen_verbs(actions, one.verbs)
    )


def _hints(
    one: Assignment, held: Mapping[int, Duty], excluded: Mapping[int, set[int]], *, closed: bool
) -> Iterator[Any]:
    """Yield what a reviewer should know: a closed account, duties that exclude each other."""
    if closed:
        yield {"kind": "closed"}
    for other in sorted(excluded.get(one.duty_id, set()) & held.keys()):
        yield {"kind": "excluded", "duty": dict(held[other].name)}


def _exclusions(session: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one in session.scalars(select(Exclusion)):
        found[one.duty_id].add(one.other_id)
        found[one.other_id].add(one.duty_id)
    return found
