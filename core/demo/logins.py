"""Accounts of the demonstration: random passwords, printed and kept for the site's owner only."""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.accounts.models import User
from core.accounts.password_change import store_password
from core.accounts.passwords import hash_password
from core.accounts.services import create_user
from core.demo.organisation import PEOPLE, POSITIONS, UNITS, DemoPerson
from core.organisation.models import Employee

ADMINISTRATOR = "admin"
FILE = "demo-logins.txt"
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One line of the table."""

    login: str
    password: str
    name: str
    role: str


def seed_logins(session: GuardedSession) -> list[DemoLogin]:
    """Make the accounts that are missing and return their passwords, in the table's order."""
    known = set(session.scalars(select(User.login)))
    people = {row.code: row.id for row in session.scalars(select(Employee))}
    made = []
    if ADMINISTRATOR not in known:
        made.append(_account(session, ADMINISTRATOR, "管理员", "administrator / 系统管理员"))
    made += [
        _account(session, person.login, person.name, _role(person), people[person.code])
        for person in PEOPLE
        if person.login not in known
    ]
    return made


def _account(
    session: GuardedSession, login: str, name: str, role: str, employee_id: int | None = None
) -> DemoLogin:
    person = next((one for one in PEOPLE if one.login == login), None)
    new = create_user(
        session,
        login=login,
        employee_id=employee_id,
        is_administrator=employee_id is None,
        locale="en" if person and person.english else None,
    )
    password = _password()
    user = session.get_one(User, new.user_id)
    store_password(session, user, hash_password(password))
    return DemoLogin(login, password, name, role)


def keep_table(folder: Path, made: Iterable[DemoLogin]) -> str:
    """Add accounts to the file in `folder`, for its owner's eyes only; return the whole table."""
    path = folder / FILE
    lines = [f"{one.login}\t{one.password}\t{one.name}\t{one.role}" for one in made]
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path.read_text(encoding="utf-8")


def _password() -> str:
    """Return four groups that can be spoken, over 70 bits: easy to type, hopeless to guess."""
    groups = ("".join(secrets.choice(SYLLABLES) for _ in range(3)) for _ in range(4))
    return "-".join(groups)


def _role(person: DemoPerson) -> str:
    zh, en = {code: (zh, en) for code, zh, en in POSITIONS}[person.position]
    unit = {code: name for code, _parent, _kind, name, _en in UNITS}[person.unit]
    seen = "sees the unit below / 看下级" if person.heads else "sees own / 看本人"
    return f"{en} / {unit} {zh}, {seen}"
