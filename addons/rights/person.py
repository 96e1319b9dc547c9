"""What one person's rights are made of on any day: assignment, data, hours and period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from addons.rights.models import Assignment
from addons.rights.policy import Held, chosen_verbs, concerns
from addons.rights.ranges import in_words
from addons.rights.words import (
    grants_in_words,
    hours_in_words,
    period_in_words,
    subject_title,
)
from addons.rights.world import World
from core.access.windows import WeeklyHours, Window
from core.i18n import localized
from core.unit_of_work import current_session

BEFORE, AFTER = timedelta(days=60), timedelta(days=300)
WIDTH = 360  # one unit of the drawing is a day


@dataclass(frozen=True, slots=True)
class Right:
    """One assignment as it concerns a person."""

    assignment: Assignment
    duty: str
    by: str
    contains: Sequence[tuple[str, str]]
    data: str
    period: str
    hours: str
    state: str  # "live", "coming", "over": on the day that is asked for
    bar: tuple[int, int]  # first day and number of days in the drawing


def rights_of(user_id: int, instant: datetime) -> list[Right]:
    """Return every assignment that concerns a person at an instant, also those not yet in force.

    Post, unit and grade are those of now: what a person was before is in the audit trail.
    """
    session = current_session()
    world = World(session)
    person = next(iter(world.people([user_id])), None)
    if person is None:
        return []
    stored = session.scalars(select(Assignment).order_by(Assignment.id)).unique()
    return [
        _right(one, instant)
        for one in stored
        if _was_there(one, instant) and concerns(Held.of(one), person, world)
    ]


def _was_there(one: Assignment, instant: datetime) -> bool:
    return one.given_at <= instant and (one.ended_at is None or instant < one.ended_at)


def _right(one: Assignment, instant: datetime) -> Right:
    weekly = None if one.weekly_hours is None else WeeklyHours.parse(one.weekly_hours)
    if Window(one.valid_from, one.valid_to, weekly).contains(instant):
        state = "live"
    elif one.valid_to is not None and one.valid_to <= instant:
        state = "over"
    else:
        state = "coming"
    pairs: dict[str, list[str]] = {}
    for grant in one.duty.grants:
        pairs.setdefault(grant.resource, []).append(grant.action)
    given = [
        (resource, verb)
        for resource, actions in pairs.items()
        for verb in chosen_verbs(actions, one.verbs)
    ]
    return Right(
        assignment=one,
        duty=localized(one.duty.name),
        by=subject_title(one.subject, one.subject_id),
        contains=grants_in_words(given) if one.duty.active else [],
        data=in_words(one.ranges),
        period=period_in_words(one),
        hours=hours_in_words(one.weekly_hours),
        state=state,
        bar=_bar(one, instant),
    )


def _bar(one: Assignment, instant: datetime) -> tuple[int, int]:
    """Return where the period lies in a drawing that begins BEFORE the instant."""
    begin, finish = instant - BEFORE, instant + AFTER
    start = max(one.valid_from or begin, begin)
    end = min(one.valid_to or finish, finish)
    first = max(0, (start - begin).days)
    return first, max(1, (end - start).days) if end > start else 0
