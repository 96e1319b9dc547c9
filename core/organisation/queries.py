"""Questions about the directory: subtrees, chains of superiors, names for pickers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.i18n import localized
from core.i18n.sorting import collation_key
from core.organisation.models import Employee, OrgClosure, OrgUnit, Position


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One unit as the tree page shows it; `members` are the active employees right in it."""

    id: int
    parent_id: int | None
    depth: int
    kind: str
    code: str
    name: str
    active: bool
    head_id: int | None
    head: str
    members: int
    members_below: int
    row_version: int


def subtree_ids(session: Session, unit_id: int) -> list[int]:
    """Return the ids of a unit and of everything below it."""
    return list(session.scalars(subtree_select(unit_id)))


def subtree_select(unit_id: int) -> Select[int]:
    """Return the same as a select, for use inside other statements."""
    return (
        select(OrgClosure.descendant_id)
        .where(OrgClosure.ancestor_id == unit_id)
        .order_by(OrgClosure.depth, OrgClosure.descendant_id)
    )


def units_above(session: Session, unit_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of every unit above a unit, the topmost first."""
    rows = session.execute(
        select(OrgUnit.id, OrgUnit.name)
        .join(OrgClosure, OrgClosure.ancestor_id == OrgUnit.id)
        .where(OrgClosure.descendant_id == unit_id, OrgClosure.depth > 0)
        .order_by(OrgClosure.depth.desc())
    )
    return [(key, localized(name)) for key, name in rows]


def superior_ids(session: Session, employee_id: int) -> list[int]:
    """Return the chain of superiors of an employee, nearest first."""
    chain: list[int] = []
    current = session.scalar(select(Employee.superior_id).where(Employee.id == employee_id))
    while current is not None and current not in chain:
        chain.append(current)
        current = session.scalar(select(Employee.superior_id).where(Employee.id == current))
    return chain


def headed_unit_ids(session: Session, employee_id: int) -> list[int]:
    """Return the units that an employee is the head of."""
    return list(
        session.scalars(
            select(OrgUnit.id).where(OrgUnit.head_employee_id == employee_id).order_by(OrgUnit.id)
        )
    )


def unit_tree(session: Session, *, inactive: bool = False) -> list[TreeRow]:
    """Return all units depth first, siblings by sort and code, with heads and head counts."""
    members = (
        select(Employee.unit_id, func.count().label("n"))
        .where(Employee.active)
        .group_by(Employee.unit_id)
        .subquery()
    )
    rows = session.execute(
        select(OrgUnit, Employee.name, func.coalesce(members.c.n, 0))
        .outerjoin(Employee, Employee.id == OrgUnit.head_employee_id)
        .outerjoin(members, members.c.unit_id == OrgUnit.id)
        .order_by(OrgUnit.sort, OrgUnit.code)
    ).all()
    children: dict[int | None, list[tuple[OrgUnit, str | None, int]]] = {}
    for unit, head, count in rows:
        if unit.active or inactive:
            children.setdefault(unit.parent_id, []).append((unit, head, count))
    return _flatten(children, None, 0)


def _flatten(
    children: dict[int | None, list[tuple[OrgUnit, str | None, int]]],
    parent_id: int | None,
    depth: int,
) -> list[TreeRow]:
    rows: list[TreeRow] = []
    for unit, head, count in children.get(parent_id, []):
        below = _flatten(children, unit.id, depth + 1)
        rows.append(
            TreeRow(
                id=unit.id,
                parent_id=parent_id,
                depth=depth,
                kind=unit.kind,
                code=unit.code,
                name=localized(unit.name),
                active=unit.active,
                head_id=unit.head_employee_id,
                head=head or "",
                members=count,
                members_below=count + sum(row.members for row in below),
                row_version=unit.row_version,
            )
        )
        rows += below
    return rows


def directory(
    session: Session, *, unit_id: int | None = None, search: str = "", limit: int = 100
) -> Sequence[Row[Any]]:
    """Return active employees, of one subtree or all, whose name or code contains `search`.

    Each comes with the names of unit, position and superior.
    """
    superior = aliased(Employee)
    shown: tuple[Any, ...] = (
        Employee.id,
        Employee.code,
        Employee.name,
        OrgUnit.name.label("unit"),
        Position.name.label("position"),
        superior.name.label("superior"),
    )
    statement = (
        select(*shown)
        .join(OrgUnit, OrgUnit.id == Employee.unit_id)
        .outerjoin(Position, Position.id == Employee.position_id)
        .outerjoin(superior, superior.id == Employee.superior_id)
        .where(Employee.active)
        .order_by(Employee.code)
        .limit(limit)
    )
    if unit_id is not None:
        below = select(OrgClosure.descendant_id).where(OrgClosure.ancestor_id == unit_id)
        statement = statement.where(Employee.unit_id.in_(below))
    if search:
        parts = (Employee.name, Employee.code)
        statement = statement.where(or_(*(p.icontains(search, autoescape=True) for p in parts)))
    return session.execute(statement).all()


def employee_choices(
    session: Session,
    *,
    unit_id: int | None = None,
    among: Callable[[tuple[int | None, int | None]], bool] | None = None,
) -> list[tuple[int, str]]:
    """Return (id, "name · code") of active employees, of a subtree if `unit_id` is given.

    `among` leaves out those whose (id, unit) it does not take, as `core.access.places.places_for`
    tells them.
    """
    statement = select(Employee.id, Employee.name, Employee.code, Employee.unit_id)
    statement = statement.where(Employee.active)
    if unit_id is not None:
        below = select(OrgClosure.descendant_id).where(OrgClosure.ancestor_id == unit_id)
        statement = statement.where(Employee.unit_id.in_(below))
    rows = session.execute(statement).all()
    return [
        (key, f"{name} · {code}")
        for key, name, code, unit in sorted(rows, key=lambda row: (collation_key(row[1]), row[2]))
        if among is None or among((key, unit))
    ]


def unit_choices(session: Session, *, without: int | None = None) -> list[tuple[int, str]]:
    """Return (id, indented name) of active units in tree order, leaving out one subtree."""
    hidden = set(subtree_ids(session, without)) if without is not None else set()
    return [
        (row.id, "\u3000" * row.depth + row.name)
        for row in unit_tree(session)
        if row.id not in hidden
    ]


def position_choices(session: Session) -> list[tuple[int, str]]:
    """Return (id, name) of active positions."""
    rows = session.execute(
        select(Position.id, Position.name).where(Position.active).order_by(Position.sort)
    )
    return [(row.id, localized(row.name)) for row in rows]


def unit_labels(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the words for units, for ranges and badges."""
    rows = session.execute(select(OrgUnit.id, OrgUnit.name).where(OrgUnit.id.in_(ids)))
    return {row.id: localized(row.name) for row in rows}


def topmost_labels(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return id → name of the units that lie below no other of them: one name says a subtree."""
    covered = (
        select(OrgClosure.descendant_id)
        .where(OrgClosure.ancestor_id.in_(ids), OrgClosure.depth > 0)
        .scalar_subquery()
    )
    rows = session.execute(
        select(OrgUnit.id, OrgUnit.name).where(OrgUnit.id.in_(ids), OrgUnit.id.not_in(covered))
    )
    return {row.id: localized(row.name) for row in rows}


def email_of(session: Session, employee_id: int | None) -> str:
    """Return the mail address of an employee, "" where there is none."""
    found = session.scalar(select(Employee.email).where(Employee.id == employee_id))
    return found or ""


def employee_labels(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of employees by id in the order of names, for ranges, badges and facets."""
    names = select(Employee.id, Employee.name).where(Employee.id.in_(ids)).order_by(Employee.name)
    return {row.id: row.name for row in session.execute(names)}
