"""Two managers of two rooms of one department, and the head of the department."""

from dataclasses import dataclass
from typing import Any

import pytest

from core.access.drafts import shared_set
from core.access.models import AccessTerm
from core.accounts.models import User
from core.actor import Actor, system_actor
from core.addons.models import bump
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import unit_of_work


@dataclass
class Person:
    """An account with the employee behind it and the actor it acts as."""

    user: User
    employee: Employee
    actor: Actor


@dataclass
class House:
    """A department with two rooms; `head` leads the department."""

    department: OrgUnit
    first_room: OrgUnit
    second_room: OrgUnit
    head: Person
    ann: Person
    bob: Person
    administrator: Person


@pytest.fixture
def house(make: Any) -> House:
    department = make.unit("国际清算部")
    first_room = make.unit("市场开拓室", parent=department)
    second_room = make.unit("市场规划室", parent=department)

    def person(name: str, unit: OrgUnit, **options: Any) -> Person:
        employee = make.employee(name, unit=unit)
        user = make.user(name.lower(), employee=employee, locale="en", **options)
        return Person(user, employee, make.actor(user))

    return House(
        department=department,
        first_room=first_room,
        second_room=second_room,
        head=person("Head", department, heads=department),
        ann=person("Ann", first_room),
        bob=person("Bob", second_room),
        administrator=person("Admin", department, administrator=True),
    )


@pytest.fixture
def as_(app: Any) -> Any:
    """Open a unit of work as a person of the house."""

    def open_unit(person: Person) -> Any:
        return unit_of_work(person.actor)

    return open_unit


@pytest.fixture
def grant(app: Any) -> Any:
    """Give a person verbs, over units if any are named, beside what everybody has."""

    def give(person: Person, actions: set[str], *units: OrgUnit, resource: str = "*") -> None:
        with unit_of_work(system_actor("test")) as session:
            ids = [unit.id for unit in units]
            term = AccessTerm(
                provider="test",
                user_id=person.user.id,
                resource=resource,
                actions=list(actions),
                source={"zh": "特批", "en": "special"},
                org_set_id=shared_set(session, ids) if ids else None,
            )
            session.add(term)
            session.flush()
            bump(session, "rights_version")

    return give
