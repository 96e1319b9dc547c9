"""What the programming interface says of a record, made from what its page shows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, inspect, select

from addons.rights import duties
from addons.rights.api_models import (
    MOST,
    AssignmentOut,
    ChangeOut,
    DifferenceOut,
    DutyOut,
    EffectsOut,
    ExclusionOut,
    NamedOut,
)
from addons.rights.effects import LOOKED_AT, Effects
from addons.rights.holders import holders_of
from addons.rights.models import Assignment, Duty
from addons.rights.policy import Held
from addons.rights.ranges import in_words
from addons.rights.words import hours_in_words, period_in_words, state_of, subject_title
from core.audit.words import actor_words
from core.i18n import localized
from core.unit_of_work import current_session


def duty_out(found: Duty) -> DutyOut:
    """Return a duty with what it contains and excludes."""
    session = current_session()
    reasons = duties.excluded_with(found.id)
    names = session.execute(
        select(Duty.id, Duty.name).where(Duty.id.in_(reasons)).order_by(Duty.code)
    )
    live = (Assignment.duty_id == found.id, Assignment.ended_at.is_(None))
    return DutyOut.model_validate(
        {
            **columns_of(found),
            "contains": found.contains,
            "excludes": [
                ExclusionOut(duty_id=key, name=localized(name), reason=reasons[key])
                for key, name in names
            ],
            "assignments": session.scalar(
                select(func.count()).select_from(Assignment).where(*live)
            ),
        }
    )


def assignment_out(found: Assignment) -> AssignmentOut:
    """Return an assignment in data and in words, with whom it concerns."""
    people = holders_of(Held.of(found))
    said = actor_words()
    return AssignmentOut.model_validate(
        {
            **columns_of(found),
            "duty": localized(found.duty.name),
            "whom": subject_title(found.subject, found.subject_id),
            "data": in_words(found.ranges),
            "period": period_in_words(found),
            "hours": hours_in_words(found.weekly_hours),
            "state": state_of(found),
            "given_by": said.get(found.given_by, found.given_by),
            "ended_by": said.get(found.ended_by, found.ended_by),
            "concerned": len(people),
            "people": [NamedOut(user_id=one.user_id, name=one.name) for one in people[:MOST]],
        }
    )


def effects_out(found: Effects, *, widens: bool) -> EffectsOut:
    """Return what an act would change, person by person."""
    return EffectsOut(
        concerned=len(found.people),
        looked_at=min(len(found.people), LOOKED_AT),
        lacking=found.lacking,
        at=found.at,
        widens=widens,
        changes=[
            ChangeOut(
                user_id=change.person.user_id,
                name=change.person.name,
                differences=[DifferenceOut.model_validate(one) for one in change.differences],
            )
            for change in found.changes
        ],
    )


def columns_of(record: Any) -> Mapping[str, Any]:
    """Return what a record stores, by name."""
    return {one.key: getattr(record, one.key) for one in inspect(record).mapper.column_attrs}
