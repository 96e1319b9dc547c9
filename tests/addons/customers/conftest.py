"""Two managers of two rooms of one department, and the head of the department."""

from dataclasses import dataclass
from typing import Any

import pytest

from core.accounts.models import User
from core.actor import Actor
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
