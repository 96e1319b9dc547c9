"""Whom a text means: `@` and a login, a name, or a name with the employee's code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from core.access.guarded_session import GuardedSession
from core.access.records import visible_to
from core.accounts.models import User
from core.errors import NotAllowed
from core.i18n import localized
from core.jobs.originator import originator
from core.organisation.models import Employee, OrgUnit

MARK = re.compile(r"(?<![A-Za-z0-9_.-])@")  # not that of an e-mail address
ONE_FORM = str.maketrans("＠（）", "@()")  # the forms that Chinese input gives; same length
MOST = 20
LONGEST = 64
OFFERED = 8


@dataclass(frozen=True, slots=True)
class Mentions:
    """Account ids by the words that mean them, and the words that mean several people."""

    users: Mapping[str, int] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who may be meant; `insert` is what stands behind the @."""

    insert: str
    name: str
    unit: str


def count_marks(text: str) -> int:
    """Return how many @ of a text may mention somebody; a remark has at most `MOST`."""
    return len(MARK.findall(text.translate(ONE_FORM)))


def mentioned(session: GuardedSession, text: str) -> Mentions:
    """Read the mentions of a text: behind each @ the longest words that name somebody."""
    text = text.translate(ONE_FORM)
    places = [match.end() for match in MARK.finditer(text)][:MOST]
    heads = {part for place in places for part in _heads(text, place)}
    if not heads:
        return Mentions()
    known = _known(session, heads)
    users: dict[str, int] = {}
    unclear: dict[str, None] = {}
    for place in places:
        for words in _heads(text, place):
            meant = known.get(_folded(words))
            if meant is None:
                continue
            if len(meant) == 1:
                users[words] = next(iter(meant))
            else:
                unclear[words] = None
            break
    return Mentions(users, tuple(unclear))


def may_be_told(
    session: GuardedSession, user_ids: set[int], resource: str, record_id: int
) -> set[int]:
    """Return which of these accounts are on and may see the record, each by its own rights."""
    return {one for one in user_ids if seen_by(session, one, resource, {record_id})}


def seen_by(session: GuardedSession, user_id: int, resource: str, ids: set[int]) -> set[int]:
    """Return which of these records an account may see; none for one that is off."""
    try:
        actor = originator(session, user_id)
    except NotAllowed:
        return set()
    return visible_to(session, actor, resource, ids)


def offers(session: GuardedSession, words: str) -> list[Offer]:
    """Return active people with accounts whose name or code begins so or holds it."""
    rows = session.execute(
        select(Employee.name, Employee.code, OrgUnit.name)
        .join(User, User.employee_id == Employee.id)
        .join(OrgUnit, OrgUnit.id == Employee.unit_id)
        .where(Employee.active, User.active)
        .where(
            or_(
                Employee.name.icontains(words, autoescape=True),
                Employee.code.istartswith(words, autoescape=True),
            )
        )
        .order_by(Employee.name, Employee.code)
        .limit(OFFERED)
    ).all()
    names = [name for name, _code, _unit in rows]
    twice = _shared(session, names)
    return [
        Offer(f"{name}({code})" if name in twice else name, name, localized(unit))
        for name, code, unit in rows
    ]


def _shared(session: GuardedSession, names: list[str]) -> set[str]:
    """Return the names that more than one active person has."""
    found = session.scalars(select(Employee.name).where(Employee.name.in_(names), Employee.active))
    every = list(found)
    return {name for name in every if every.count(name) > 1}


def _heads(text: str, place: int) -> Iterator[str]:
    """Yield what may stand behind an @, the longest first; Latin words are never cut in two."""
    for end in range(min(len(text), place + LONGEST), place, -1):
        cut = end < len(text) and _in_word(text[end - 1]) and _in_word(text[end])
        if not cut and not text[end - 1].isspace():
            yield text[place:end]


def _in_word(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == "_")


def _known(session: GuardedSession, heads: set[str]) -> dict[str, set[int]]:
    """Return the accounts by the words that mean them.

    Accounts without an employee are found by nobody: logins are no directory. Names are asked for
    as they were typed too, since SQLite knows no small letters beyond those of ASCII.
    """
    folded = {_folded(head) for head in heads}
    written = folded | {head.replace(" (", "(") for head in heads}
    names = written | {head.rpartition("(")[0] for head in written if head.endswith(")")}
    rows = session.execute(
        select(User.id, User.login, Employee.name, Employee.code)
        .join(Employee, Employee.id == User.employee_id)
        .where(User.active)
        .where(
            or_(
                User.login.in_(folded),
                func.lower(Employee.name).in_(names),
                Employee.name.in_(names),
            )
        )
    )
    found: dict[str, set[int]] = {}
    for user_id, login, name, code in rows:
        for words in (login, name, f"{name}({code})"):
            found.setdefault(_folded(words), set()).add(user_id)
    return found


def _folded(words: str) -> str:
    """Return words as they are compared: without case, no blank before the code in brackets."""
    return words.casefold().replace(" (", "(")
