"""Questions about accounts for the administrator's pages and the command line."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.accounts.models import User
from core.i18n import localized
from core.organisation.models import Employee, OrgUnit


@dataclass(frozen=True, slots=True)
class UserRow:
    """One account as the list shows it."""

    id: int
    login: str
    employee: str
    unit: str
    is_administrator: bool
    active: bool
    waiting: bool
    last_login_at: datetime | None
    row_version: int


def user_rows(session: Session, *, search: str = "", limit: int = 500) -> list[UserRow]:
    """Return accounts by login, those whose login or employee contains `search`."""
    statement = _select().order_by(User.login).limit(limit)
    if search:
        statement = statement.where(
            User.login.icontains(search, autoescape=True)
            | Employee.name.icontains(search, autoescape=True)
            | Employee.code.icontains(search, autoescape=True)
        )
    return [_row(*found) for found in session.execute(statement)]


def user_row(session: Session, user_id: int) -> UserRow | None:
    """Return one account, or None."""
    found = session.execute(_select().where(User.id == user_id)).one_or_none()
    return None if found is None else _row(*found)


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


def _select() -> Select[User, str, dict[str, str]]:
    return (
        select(User, Employee.name, OrgUnit.name)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
    )


def _row(user: User, employee: str | None, unit: dict[str, str] | None) -> UserRow:
    return UserRow(
        id=user.id,
        login=user.login,
        employee=employee or "",
        unit=localized(unit) if unit else "",
        is_administrator=user.is_administrator,
        active=user.active,
        waiting=user.password_hash is None,
        last_login_at=user.last_login_at,
        row_version=user.row_version,
    )
