"""The rights of a site without the rights add-on, compiled into terms.

Administrators: everything. Heads of a unit: look at, analyse, correct, export and hand over what
lies in the unit and below. Everybody: their own records, their own notifications, and remarks and
files on every record that they see; but nobody corrects their own figures.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from core.access.models import AccessTerm
from core.access.terms import drop_unused_sets, shared_set
from core.accounts.models import User
from core.addons.models import bump
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


def compile_policy(session: Any) -> None:
    """Write the terms of everybody and of every account anew and raise the rights version."""
    session.flush()
    _one_at_a_time(session)
    session.execute(delete(AccessTerm).where(AccessTerm.provider == PROVIDER))
    session.execute(insert(AccessTerm), _everybody())
    _write(session, None)


def recompile_users(session: Any, user_ids: Iterable[int]) -> None:
    """Write the terms of these accounts anew and raise the rights version."""
    wanted = sorted(set(user_ids))
    session.flush()
    _one_at_a_time(session)
    session.execute(
        delete(AccessTerm).where(AccessTerm.provider == PROVIDER, AccessTerm.user_id.in_(wanted)),
        execution_options={"synchronize_session": False},
    )
    _write(session, wanted)


def _one_at_a_time(session: Any) -> None:
    """Raise the version before anything is read: its row makes others wait until the commit.

    Two that compile side by side would each delete the terms that they see and insert their own,
    so a right that one of them withdraws would live on in what the other had read before.
    """
    bump(session, "rights_version")


def _write(session: Any, user_ids: Sequence[int] | None) -> None:
    people = select(User.id, User.employee_id, User.is_administrator).where(User.active)
    if user_ids is not None:
        people = people.where(User.id.in_(user_ids))
    users = session.execute(people).all()
    units = _headed_units(session, [user.employee_id for user in users if user.employee_id])
    terms: list[dict[str, Any]] = []
    for user in users:
        if user.is_administrator:
            terms.append(_term("administrator", ("*",), user_id=user.id))
        below = units.get(user.employee_id)
        if below:
            set_id = shared_set(session, below)
            terms.append(_term("head", HEAD, user_id=user.id, org_set_id=set_id))
    if terms:
        session.execute(insert(AccessTerm), terms)
    drop_unused_sets(session)


def _headed_units(session: Any, employee_ids: Sequence[int]) -> dict[int | None, set[int]]:
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


def _everybody() -> list[dict[str, Any]]:
    personal = [_term("personal", verbs, resource=key) for key, verbs in PERSONAL.items()]
    return [
        _term("own", OWN, owner_self=True),
        _term("not_own_figures", ("correct",), allow=False, owner_self=True),
        *personal,
    ]


def _term(words: str, actions: Sequence[str], **values: Any) -> dict[str, Any]:
    return {
        "provider": PROVIDER,
        "user_id": None,
        "resource": "*",
        "actions": list(actions),
        "allow": True,
        "org_set_id": None,
        "owner_self": False,
        "source": dict(WORDS[words]),
    } | values
