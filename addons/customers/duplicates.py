"""Accounts that may be the same company, among those the actor may see and no others."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from addons.customers.models import CUSTOMER, Customer
from addons.customers.names import match_key
from core.access.records import require
from core.contributions import Verb
from core.organisation.models import Employee
from core.unit_of_work import current_session

AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Likeness:
    """One account whose folded name is the same."""

    id: int
    code: str
    name: str
    name_en: str
    manager: str


def like(name: str, name_en: str = "", *, other_than: int | None = None) -> list[Likeness]:
    """Return visible accounts with the same folded name in either language.

    Accounts outside the range are neither named nor hinted at.
    """
    require(CUSTOMER, Verb.QUERY)
    keys = {key for key in (match_key(name), match_key(name_en)) if key}
    if not keys:
        return []
    statement = (
        select(Customer.id, Customer.code, Customer.name, Customer.name_en, Employee.name)
        .outerjoin(Employee, Employee.id == Customer.scope_owner_id)
        .where(or_(Customer.match_key.in_(keys), Customer.match_key_en.in_(keys)))
        .order_by(Customer.code)
        .limit(AT_MOST)
    )
    if other_than is not None:
        statement = statement.where(Customer.id != other_than)
    return [
        Likeness(key, code, own, english, manager or "")
        for key, code, own, english, manager in current_session().execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts that share a folded name."""

    key: str
    members: tuple[Likeness, ...]


def groups(*, limit: int = 100) -> list[Group]:
    """Return groups of visible accounts with the same folded name, for the page of duplicates."""
    require(CUSTOMER, Verb.QUERY)
    session = current_session()
    keys = list(
        session.scalars(
            select(Customer.match_key)
            .group_by(Customer.match_key)
            .having(func.count() > 1)
            .order_by(Customer.match_key)
            .limit(limit)
        )
    )
    found: dict[str, list[Likeness]] = {key: [] for key in keys}
    rows = session.execute(
        select(
            Customer.match_key,
            Customer.id,
            Customer.code,
            Customer.name,
            Customer.name_en,
            Employee.name,
        )
        .outerjoin(Employee, Employee.id == Customer.scope_owner_id)
        .where(Customer.match_key.in_(keys))
        .order_by(Customer.code)
    )
    for key, own_id, code, name, english, manager in rows:
        found[key].append(Likeness(own_id, code, name, english, manager or ""))
    return [Group(key, tuple(members)) for key, members in found.items()]
