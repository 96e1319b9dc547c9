"""Questions about accounts for the administrator's pages and the command line."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from core.accounts.identity import has_second_factor
from core.accounts.models import User
from core.organisation.models import Employee, OrgUnit


def user_rows(session: Session) -> Sequence[Row[Any]]:
    """Return every account by login, each as `user_row` gives it."""
    return session.execute(_accounts().order_by(User.login)).all()


def user_row(session: Session, user_id: int) -> Row[Any] | None:
    """Return one account with the names of its employee and unit (None without), or None."""
    return session.execute(_accounts().where(User.id == user_id)).one_or_none()


def user_id_of(session: Session, login: str) -> int | None:
    """Return the id of the account with this login, or None."""
    return session.scalar(select(User.id).where(User.login == login))


def login_of(session: Session, employee_id: int) -> str | None:
    """Return the login of an employee's account while it is switched on."""
    held = select(User.login).where(User.employee_id == employee_id, User.active)
    return session.scalar(held)


def free_employee_choices(session: Session, *, of_user: int | None = None) -> list[tuple[int, str]]:
    """Return (id, "name · code") of active employees without an account, and of one account."""
    taken = select(User.employee_id).where(User.employee_id.is_not(None))
    statement = select(Employee.id, Employee.name, Employee.code)
    free = Employee.active & Employee.id.not_in(taken)
    own = select(User.employee_id).where(User.id == of_user, User.employee_id.is_not(None))
    statement = statement.where(free | Employee.id.in_(own))
    rows = session.execute(statement.order_by(Employee.name, Employee.code))
    return [(row.id, f"{row.name} · {row.code}") for row in rows]


def _accounts() -> Select[Any]:
    shown: tuple[Any, ...] = (
        User.id,
        User.login,
        User.is_administrator,
        User.active,
        User.password_hash.is_(None).label("waiting"),
        User.last_login_at,
        has_second_factor().label("second_factor"),
        Employee.name.label("employee"),
        OrgUnit.name.label("unit"),
    )
    return (
        select(*shown)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
    )
