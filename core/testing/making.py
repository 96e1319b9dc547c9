"""Factories: the least that a test must say to get a unit, a person or an account."""

import importlib
from itertools import count
from types import ModuleType
from typing import Any

from core.access.policy import recompile
from core.accounts.models import User
from core.accounts.password_change import store_password
from core.accounts.passwords import hash_password
from core.actor import Actor, system_actor
from core.organisation import services, staff
from core.organisation.models import Employee, OrgUnit, Position
from core.unit_of_work import unit_of_work

MAKING = system_actor("test factory")


class Maker:
    """Makes and commits records as the system; what it returns is detached and can be read.

    `make.customers` is the module tests/factories/customers.py, and so for every add-on.
    """

    def __init__(self) -> None:
        self._numbers = count(1)

    def __getattr__(self, addon: str) -> ModuleType:
        if addon.startswith("_"):
            raise AttributeError(addon)
        return importlib.import_module(f"tests.factories.{addon}")

    def unit(
        self, name: str = "", *, parent: OrgUnit | None = None, head: Employee | None = None
    ) -> OrgUnit:
        """Make a unit, a root unless `parent` is given."""
        number = next(self._numbers)
        words = name or f"Unit {number}"
        with unit_of_work(MAKING) as session:
            unit = services.create_unit(
                session,
                code=f"U{number}",
                name={"zh": words, "en": words},
                parent_id=parent.id if parent else None,
            )
            if head is not None:
                services.set_head(session, unit.id, head.id)
        return unit

    def position(self, name: str = "") -> Position:
        """Make a post."""
        number = next(self._numbers)
        words = name or f"Position {number}"
        with unit_of_work(MAKING) as session:
            return services.create_position(
                session, code=f"P{number}", name={"zh": words, "en": words}
            )

    def employee(
        self, name: str = "", *, unit: OrgUnit | None = None, superior: Employee | None = None
    ) -> Employee:
        """Make a person, in a unit of their own unless `unit` is given."""
        place = unit or self.unit()
        number = next(self._numbers)
        with unit_of_work(MAKING) as session:
            return staff.create_employee(
                session,
                staff.EmployeeFields(
                    code=f"E{number}",
                    name=name or f"Person {number}",
                    unit_id=place.id,
                    superior_id=superior.id if superior else None,
                ),
            )

    def user(
        self,
        login: str = "",
        *,
        employee: Employee | None = None,
        unit: OrgUnit | None = None,
        heads: OrgUnit | None = None,
        administrator: bool = False,
        locale: str | None = None,
        password: str | None = None,
    ) -> User:
        """Make an account for a person (a new one unless given), perhaps the head of a unit.

        Without a `password` nobody can sign in to it by the form; hashing one takes a while.
        """
        person = employee or self.employee(login.title(), unit=unit or heads)
        with unit_of_work(MAKING) as session:
            if heads is not None:
                services.set_head(session, heads.id, person.id)
            user = User(
                login=login or f"user{next(self._numbers)}",
                employee_id=person.id,
                is_administrator=administrator,
                locale=locale,
            )
            session.add(user)
            session.flush()
            if password is not None:
                store_password(session, user, hash_password(password))
            recompile(session, [user.id])
        return user

    def person_of(self, user: User) -> Employee:
        """Return the employee behind an account."""
        with unit_of_work(MAKING) as session:
            return session.get_one(Employee, user.employee_id)

    def administrator(self, login: str = "admin", **options: Any) -> User:
        """Make an administrator."""
        return self.user(login, administrator=True, **options)

    def actor(self, user: User | None = None, **options: Any) -> Actor:
        """Return the actor of a user, a new one unless given."""
        known = user or self.user(**options)
        return Actor(
            "user",
            user_id=known.id,
            employee_id=known.employee_id,
            label=known.login,
            is_administrator=known.is_administrator,
            locale=known.locale,
        )
