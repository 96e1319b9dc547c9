"""The rights of a site without the rights add-on, compiled into terms.

Administrators: everything. Heads of a unit: look at, analyse, correct, export and hand over what
lies in the unit and below. Everybody: their own records, their own notifications, and remarks and
files on every record that they see; but nobody corrects their own figures.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core.access.drafts import Draft, Keys
from core.accounts.models import User
from core.organisation.models import OrgClosure, OrgUnit

PROVIDER = "default"
OWN = ("query", "create", "update", "export", "analyse")
HEAD = ("query", "analyse", "correct", "export", "assign")
PERSONAL: Mapping[str, Sequence[str]] = {  # rows that hang on an account or on a record instead
    "core.notification": ("query", "update"),
    "core.remark": ("query", "create"),
    "core.file": ("query", "create"),
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "own": {"zh": "每个人都可处理自己的记录", "en": "everybody handles their own records"},
    "head": {"zh": "单位负责人查看本单位及下级", "en": "heads see their unit and those below"},
    "administrator": {"zh": "管理员", "en": "administrators"},
    "personal": {
        "zh": "每个人都有自己的通知，并可在看得到的记录上写备注、传附件",
        "en": "everybody has an inbox and may put remarks and files on records that they see",
    },
    "not_own_figures": {
        "zh": "任何人不得更正自己的数据",
        "en": "nobody corrects their own figures",
    },
}


def drafts(session: Any, user_ids: Sequence[int] | None) -> Iterator[Draft]:
    """Yield the terms of these accounts; those of everybody, and of every account, if None."""
    if user_ids is None:
        yield from _everybody()
    people = select(User.id, User.employee_id, User.is_administrator).where(User.active)
    if user_ids is not None:
        people = people.where(User.id.in_(user_ids))
    users = session.execute(people).all()
    units = headed_units(session, [user.employee_id for user in users if user.employee_id])
    for user in users:
        if user.is_administrator:
            yield _draft("administrator", ("*",), user_id=user.id)
        below = units.get(user.employee_id)
        if below:
            ranges = {"org": Keys(frozenset(below))}
            yield _draft("head", HEAD, user_id=user.id, ranges=ranges)


def headed_units(session: Any, employee_ids: Sequence[int]) -> dict[int | None, set[int]]:
    """Return, for each head, the units headed and all below them."""
    found: dict[int | None, set[int]] = defaultdict(set)
    if not employee_ids:
        return found
    rows = session.execute(
        select(OrgUnit.head_employee_id, OrgClosure.descendant_id)
        .join(OrgClosure, OrgClosure.ancestor_id == OrgUnit.id)
        .where(OrgUnit.head_employee_id.in_(employee_ids))
    )
    for head, unit_id in rows:
        found[head].add(unit_id)
    return found


def _everybody() -> Iterator[Draft]:
    yield _draft("own", OWN, owner_self=True)
    yield _draft("not_own_figures", ("correct",), allow=False, owner_self=True)
    for key, verbs in PERSONAL.items():
        yield _draft("personal", verbs, resource=key)


def _draft(words: str, actions: Sequence[str], **values: Any) -> Draft:
    said = {"user_id": None, "resource": "*"} | values
    return Draft(actions=tuple(actions), source=WORDS[words], **said)
