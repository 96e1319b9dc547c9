"""A department with two rooms, managers with customers, and an administrator who gives rights."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from addons.customers.models import Customer
from addons.rights import duties
from addons.rights.assignments import AssignmentFields, assign
from addons.rights.delegations import DelegationFields, delegate
from addons.rights.duties import DutyFields
from addons.rights.models import Assignment, Subject
from addons.rights.seed import make_duty
from core.accounts.models import User
from core.actor import Actor, system_actor
from core.clock import now
from core.organisation.models import Employee, OrgUnit, Position
from core.unit_of_work import unit_of_work
from tests.core.api.conftest import program  # noqa: F401 - a fixture

MAKING = system_actor("test")


@dataclass
class Person:
    """An account with the employee behind it and the actor it acts as."""

    user: User
    employee: Employee
    actor: Actor


@dataclass
class Office:
    """`head` leads the department, `ann` works in the first room, `bob` in the second."""

    department: OrgUnit
    first_room: OrgUnit
    second_room: OrgUnit
    seller: Position
    head: Person
    ann: Person
    bob: Person
    boss: Person


@pytest.fixture
def office(make: Any) -> Office:
    department = make.unit("国际清算部")
    first_room = make.unit("市场开拓室", parent=department)
    second_room = make.unit("市场规划室", parent=department)
    with unit_of_work(MAKING) as session:
        seller = Position(code="SELLER", name={"zh": "销售经理", "en": "Account manager"})
        session.add(seller)

    def person(name: str, unit: OrgUnit, **options: Any) -> Person:
        employee = make.employee(name, unit=unit)
        user = make.user(name.lower(), employee=employee, locale="en", **options)
        return Person(user, employee, make.actor(user))

    return Office(
        department=department,
        first_room=first_room,
        second_room=second_room,
        seller=seller,
        head=person("Head", department, heads=department),
        ann=person("Ann", first_room),
        bob=person("Bob", second_room),
        boss=person("Boss", department, administrator=True, password="correct horse battery"),
    )


@pytest.fixture
def as_(app: Any) -> Callable[[Person], Any]:
    """Open a unit of work as somebody."""
    return lambda person: unit_of_work(person.actor)


@pytest.fixture
def duty(app: Any) -> Callable[..., int]:
    """Make a duty of what is named: duty("look", {"customers.customer": ["query"]})."""

    def make_one(code: str, grants: dict[str, list[str]]) -> int:
        with unit_of_work(MAKING) as session:
            return make_duty(session, code, {"zh": code, "en": code}, grants).id

    return make_one


@pytest.fixture
def give(app: Any, office: Office) -> Callable[..., int]:
    """Give a duty as the administrator; return the assignment's id."""

    def give_one(duty_id: int, subject: str, subject_id: int | None = None, **more: Any) -> int:
        with unit_of_work(office.boss.actor):
            fields = AssignmentFields(
                duty_id=duty_id, subject=subject, subject_id=subject_id, **more
            )
            return assign(fields).id

    return give_one


@pytest.fixture
def accounts(office, make):
    """Four customers: Ann has an A and a B, Bob an A in another region and one without grade."""
    key = make.customers.customer
    return {
        "ann-a": key("Ann A", manager=office.ann.employee, grade="A", region="N"),
        "ann-b": key("Ann B", manager=office.ann.employee, grade="B", region="S"),
        "bob-a": key("Bob A", manager=office.bob.employee, grade="A", region="S"),
        "bob-0": key("Bob 0", manager=office.bob.employee),
    }


@pytest.fixture
def seen(as_, accounts):
    """Return the names of the customers that somebody sees by a verb."""
    names = {key: name for name, key in accounts.items()}

    def look(person, action="query"):
        with as_(person) as session:
            rows = session.scalars(select(Customer.id).execution_options(action=action))
            return {names.get(key, key) for key in rows}

    return look


@pytest.fixture
def allow(duty, give):
    """Give the duty that sees customers."""
    look = duty("look", {"customers.customer": ["query"]})
    return lambda subject, subject_id=None, **more: give(look, subject, subject_id, **more)


@pytest.fixture
def own_work(office):
    """Return the assignment by which everybody handles what is their own."""
    with unit_of_work(office.boss.actor) as session:
        rows = session.scalars(select(Assignment).where(Assignment.subject == Subject.EVERYONE))
        return next(one.id for one in rows if one.duty.code == "own-work")


@pytest.fixture
def leading(office):
    with unit_of_work(office.boss.actor) as session:
        rows = select(Assignment).where(Assignment.subject == Subject.HEADS)
        return session.scalars(rows).one().id


@pytest.fixture
def hand(office):
    """Let somebody hand assignments to somebody; by default as the giver and from now on."""

    def hand_on(giver, substitute, *assignments, by=None, **more):
        period = {"valid_from": now() - timedelta(hours=1), "valid_to": now() + timedelta(days=1)}
        with unit_of_work((by or giver).actor):
            fields = DelegationFields(
                from_user_id=giver.user.id, to_user_id=substitute.user.id,
                assignments=assignments, **{**period, **more},
            )  # fmt: skip
            return delegate(fields).id

    return hand_on


@pytest.fixture
def deny(duty, give):
    """Deny somebody the sight of customers."""

    def deny_one(person, **more):
        give(duty("no", {"customers.customer": ["query"]}), Subject.USER, person.user.id,
             allow=False, **more)  # fmt: skip

    return deny_one


@pytest.fixture
def strict(office: Any, as_: Any) -> int:
    """Return a duty that shows all customers to who has a second factor."""
    with as_(office.boss):
        fields = DutyFields(
            code="strict",
            name={"zh": "看", "en": "Look"},
            grants={"customers.customer": ["query"]},
            second_factor=True,
        )
        return duties.create_duty(fields).id


@pytest.fixture
def boss(office, accounts, program):  # noqa: F811
    return program(office.boss.user)


@pytest.fixture
def held(office, duty, give):
    """A duty that shows nothing but statistics, given to Ann."""
    key = duty("held", {"customers.customer": ["analyse"]})
    return {"duty": key, "given": give(key, Subject.USER, office.ann.user.id)}


@pytest.fixture
def denied(office, duty, give):
    """All sight of customers is denied Ann."""
    key = duty("look", {"customers.customer": ["query"]})
    given = give(key, Subject.USER, office.ann.user.id, allow=False)
    return {"duty": key, "given": given}
