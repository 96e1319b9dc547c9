"""What the add-on makes when it is first switched on: the built-in rules, as duties to be changed.

So nobody gains or loses anything by switching it on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, func, select

from addons.rights.models import Assignment, Duty, DutyGrant, Subject
from core.access.default_policy import HEAD, OWN, PERSONAL
from core.i18n import ngettext
from core.unit_of_work import current_session

BY = "system"
Seed = tuple[str, str, str, Mapping[str, Sequence[str]]]
DUTIES: Sequence[Seed] = (
    ("administration", "系统管理", "Administration", {"*": ("*",)}),
    ("leading", "带领单位", "Leading a unit", {"*": HEAD}),
    ("own-work", "处理自己的记录", "Handling one's own records", {"*": OWN}),
    ("taking-part", "通知、备注与附件", "Inbox, remarks and files", PERSONAL),
    ("correcting", "更正", "Correcting", {"*": ("correct",)}),
)
SELF = {"owner": [{"kind": "self"}]}
GIVEN: Sequence[tuple[str, Subject, bool, Mapping[str, Any]]] = (
    ("administration", Subject.ADMINISTRATORS, True, {}),
    ("leading", Subject.HEADS, True, {"org": [{"kind": "headed"}]}),
    ("own-work", Subject.EVERYONE, True, SELF),
    ("taking-part", Subject.EVERYONE, True, {}),
    ("correcting", Subject.EVERYONE, False, SELF),
)


def prepare(session: Any) -> None:
    """Make the duties of the built-in rules, once in the life of a site."""
    if session.scalar(select(exists().where(Duty.id > 0))):
        return
    made = {}
    for code, zh, en, grants in DUTIES:
        made[code] = make_duty(session, code, {"zh": zh, "en": en}, grants)
    for code, subject, allow, ranges in GIVEN:
        session.add(
            Assignment(
                duty_id=made[code].id, subject=subject, allow=allow, ranges=dict(ranges),
                given_by=BY,
            )
        )  # fmt: skip
    session.flush()


def make_duty(
    session: Any, code: str, name: Mapping[str, str], grants: Mapping[str, Sequence[str]]
) -> Duty:
    """Store a duty as it is given."""
    duty = Duty(code=code, name=dict(name), active=True)
    duty.grants = [
        DutyGrant(resource=resource, action=str(action))
        for resource, actions in grants.items()
        for action in actions
    ]
    session.add(duty)
    session.flush()
    return duty


def reasons_to_keep() -> list[str]:
    """Return how many assignments somebody has made that have not ended, in words."""
    live = Assignment.ended_at.is_(None) & (Assignment.given_by != BY)
    held = select(func.count()).select_from(Assignment).where(live)
    count = current_session().scalar(held) or 0
    return [ngettext("%(num)d assignment", "%(num)d assignments", count)] if count else []
