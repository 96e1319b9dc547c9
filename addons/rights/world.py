"""The organisation as compiling needs it, read once: who is who, units below, people below."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from addons.rights.models import Grading
from core.accounts.models import User
from core.organisation.models import Employee, OrgClosure, OrgUnit
from core.organisation.queries import superior_ids


@dataclass(frozen=True, slots=True)
class Person:
    """One account with what rights hang on."""

    user_id: int
    is_administrator: bool
    employee_id: int | None = None
    unit_id: int | None = None
    position_id: int | None = None
    grade_id: int | None = None


class World:
    """Reads the tree of units and of superiors when it is first asked for them."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self._reports: dict[int, set[int]] = {}

    def people(self, user_ids: Sequence[int] | None) -> list[Person]:
        """Return the open accounts, of these users if given; a closed employee counts as none."""
        wanted = (
            select(
                User.id, User.is_administrator, Employee.id, Employee.unit_id,
                Employee.position_id, Grading.grade_id,
            )
            .outerjoin(Employee, (Employee.id == User.employee_id) & Employee.active)
            .outerjoin(Grading, Grading.employee_id == Employee.id)
            .where(User.active)
            .order_by(User.id)
        )  # fmt: skip
        if user_ids is not None:
            wanted = wanted.where(User.id.in_(user_ids))
        return [Person(*row) for row in self.session.execute(wanted)]

    @cached_property
    def _below(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        rows = select(OrgClosure.ancestor_id, OrgClosure.descendant_id)
        for above, below in self.session.execute(rows):
            found[above].add(below)
        return found

    @cached_property
    def _headed(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        rows = select(OrgUnit.head_employee_id, OrgUnit.id)
        for head, unit in self.session.execute(rows.where(OrgUnit.head_employee_id.is_not(None))):
            found[head] |= self.below(unit)
        return found

    @cached_property
    def _direct(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        rows = select(Employee.superior_id, Employee.id).where(Employee.superior_id.is_not(None))
        for superior, employee in self.session.execute(rows):
            found[superior].append(employee)
        return found

    def below(self, unit_id: int) -> set[int]:
        """Return a unit and all below it."""
        return self._below.get(unit_id, {unit_id})

    def headed_by(self, employee_id: int | None) -> set[int]:
        """Return the units that somebody leads, with all below."""
        return set() if employee_id is None else self._headed.get(employee_id, set())

    def heads(self) -> Collection[int]:
        """Return everybody who leads a unit."""
        return self._headed.keys()

    def reports_of(self, employee_id: int | None) -> set[int]:
        """Return everybody who reports to somebody, directly or over others."""
        if employee_id is None:
            return set()
        if employee_id not in self._reports:
            found: set[int] = set()
            waiting = [employee_id]
            while waiting:
                new = [one for one in self._direct.get(waiting.pop(), ()) if one not in found]
                found.update(new)
                waiting.extend(new)
            self._reports[employee_id] = found - {employee_id}
        return self._reports[employee_id]


def superiors_of(session: Any, employee_ids: set[int]) -> set[int]:
    """Return everybody to whom these people report, directly or over others."""
    return {above for one in employee_ids for above in superior_ids(session, one)}
