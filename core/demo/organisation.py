"""The demonstration: a department of invented units, posts and people, and accounts for them."""

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
from core.organisation import services, staff
from core.organisation.models import Employee, OrgUnit, Position, UnitKind

ADMINISTRATOR = "admin"
FILE = "demo-logins.txt"
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One invented employee; `heads` is the code of the unit that the person leads."""

    code: str
    login: str
    name: str
    unit: str
    position: str
    superior: str | None = None
    heads: str | None = None
    english: bool = False


UNITS = (
    ("ISD", None, UnitKind.DEPARTMENT, "国际清算部", "International Settlement Department"),
    ("DEV", "ISD", UnitKind.ROOM, "市场开拓室", "Market Development Room"),
    ("PLAN", "ISD", UnitKind.ROOM, "市场规划室", "Market Planning Room"),
)
POSITIONS = (
    ("GM", "部门经理", "Department manager"),
    ("HEAD", "室主任", "Head of room"),
    ("SALES", "销售经理", "Account manager"),
    ("PROJECT", "项目经理", "Project manager"),
    ("PRODUCT", "产品经理", "Product manager"),
    ("RESEARCH", "市场调研员", "Market researcher"),
    ("AUDIT", "审计员", "Auditor"),
)
PEOPLE = (
    DemoPerson("1001", "zhou", "周文敏", "ISD", "GM", heads="ISD"),
    DemoPerson("1002", "feng", "冯立群", "ISD", "AUDIT"),
    DemoPerson("1101", "lin", "林国栋", "DEV", "HEAD", "1001", heads="DEV"),
    DemoPerson("1201", "xu", "许静怡", "PLAN", "HEAD", "1001", heads="PLAN"),
    DemoPerson("1102", "chen", "陈嘉豪", "DEV", "SALES", "1101"),
    DemoPerson("1103", "wang", "王雪梅", "DEV", "SALES", "1101"),
    DemoPerson("1104", "liu", "刘思远", "DEV", "SALES", "1101"),
    DemoPerson("1105", "harris", "Emma Harris", "DEV", "SALES", "1101", english=True),
    DemoPerson("1106", "zhao", "赵立新", "DEV", "PROJECT", "1101"),
    DemoPerson("1202", "sun", "孙雅楠", "PLAN", "PRODUCT", "1201"),
    DemoPerson("1203", "he", "何俊峰", "PLAN", "PRODUCT", "1201"),
    DemoPerson("1204", "gao", "高欣怡", "PLAN", "RESEARCH", "1201"),
    DemoPerson("1205", "ma", "马振宇", "PLAN", "RESEARCH", "1201"),
)


def seed_organisation(session: GuardedSession) -> None:
    """Make the units, posts and people that are not there yet."""
    units = _units(session)
    positions = _positions(session)
    known = {row.code: row for row in session.scalars(select(Employee))}
    for person in PEOPLE:
        if person.code in known:
            continue
        superior = known[person.superior].id if person.superior else None
        known[person.code] = staff.create_employee(
            session,
            staff.EmployeeFields(
                code=person.code,
                name=person.name,
                unit_id=units[person.unit].id,
                position_id=positions[person.position].id,
                superior_id=superior,
                email=f"{person.login}@sunmao.example",
            ),
        )
    for person in PEOPLE:
        if person.heads and units[person.heads].head_employee_id is None:
            services.set_head(session, units[person.heads].id, known[person.code].id)


def _units(session: GuardedSession) -> dict[str, OrgUnit]:
    known = {row.code: row for row in session.scalars(select(OrgUnit))}
    for sort, (code, parent, kind, zh, en) in enumerate(UNITS):
        if code not in known:
            known[code] = services.create_unit(
                session,
                code=code,
                name={"zh": zh, "en": en},
                parent_id=known[parent].id if parent else None,
                kind=kind,
                sort=sort,
            )
    return known


def _positions(session: GuardedSession) -> dict[str, Position]:
    known = {row.code: row for row in session.scalars(select(Position))}
    for sort, (code, zh, en) in enumerate(POSITIONS):
        if code not in known:
            known[code] = services.create_position(
                session, code=code, name={"zh": zh, "en": en}, sort=sort
            )
    return known


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
    if person.position == "AUDIT":
        seen = "sees rights and the audit trail / 看权限与审计记录"
    return f"{en} / {unit} {zh}, {seen}"
