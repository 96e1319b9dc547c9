"""Accounts that may be the same company, among those the actor may see and no others."""

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import commonprefix

from sqlalchemy import case, func, or_, select

from addons.customers.models import CUSTOMER, Customer
from addons.customers.names import match_key, plain, shown_name
from core.access.records import require
from core.contributions import Verb
from core.organisation.models import Employee
from core.unit_of_work import current_session

AT_MOST = 8
MOST_GROUPS = 100


@dataclass(frozen=True, slots=True)
class Likeness:
    """One account whose folded name is the same."""

    id: int
    code: str
    name: str
    name_en: str
    manager: str
    country: str = ""

    @property
    def shown_name(self) -> str:
        """The name in the reader's language, where there is one."""
        return shown_name(self.name, self.name_en)


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
    """Accounts that share a folded name and are in one country, as far as that is known."""

    key: str
    members: tuple[Likeness, ...]

    @property
    def search(self) -> str:
        """What the list is searched for to see them one below the other."""
        names = [plain(one.name) for one in self.members]
        begin = commonprefix(names).strip()  # noqa: RUF071 - letters, no paths
        return begin if len(begin) > 1 else self.members[0].name


def groups(*, limit: int = MOST_GROUPS) -> list[Group]:
    """Return groups of visible accounts with the same folded name, for the page of duplicates."""
    require(CUSTOMER, Verb.QUERY)
    session = current_session()
    keys = list(
        session.scalars(
            select(Customer.match_key)
            .group_by(Customer.match_key)
            .having(func.count() > 1)
            .having(
                or_(
                    # as many rows as countries: the same name once in each of them
                    func.count() > func.count(Customer.country.distinct()),
                    func.sum(case((Customer.country == "", 1), else_=0)) > 0,
                )
            )
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
            Customer.country,
            Employee.name,
        )
        .outerjoin(Employee, Employee.id == Customer.scope_owner_id)
        .where(Customer.match_key.in_(keys))
        .order_by(Customer.code)
    )
    for key, own_id, code, name, english, country, manager in rows:
        found[key].append(Likeness(own_id, code, name, english, manager or "", country))
    return [Group(key, alike) for key, members in found.items() for alike in _by_country(members)]


def _by_country(members: Sequence[Likeness]) -> list[tuple[Likeness, ...]]:
    """Part operators of one name in different countries; who has none may be any of them."""
    unknown = [one for one in members if not one.country]
    countries = dict.fromkeys(one.country for one in members if one.country)
    parts = [tuple(one for one in members if one.country in ("", country)) for country in countries]
    return [part for part in parts or [tuple(unknown)] if len(part) > 1]
