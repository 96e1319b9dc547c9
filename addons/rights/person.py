"""What one person's rights are made of on any day: assignment, data, hours and period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select

from addons.rights.delegation_models import Delegation
from addons.rights.delegation_telling import called
from addons.rights.delegation_terms import denied, may_be_handed_on, pairs_of, period
from addons.rights.duties import grants_of
from addons.rights.models import Assignment
from addons.rights.policy import Held, chosen_verbs, concerns
from addons.rights.ranges import in_words
from addons.rights.words import (
    grants_in_words,
    hours_in_words,
    period_in_words,
    subject_titles,
)
from addons.rights.world import World
from core.access.windows import WeeklyHours, Window
from core.accounts.models import User
from core.clock import now, site_zone, today
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import localized
from core.organisation.models import Employee
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
    strict: bool  # it counts only with a second factor


def account(user_id: int) -> tuple[User, Employee | None]:
    """Return an open account with the employee behind it, if there is one; raise NotFound."""
    session = current_session()
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound(_("There is no such account, or it is closed."))
    employee = session.get(Employee, user.employee_id) if user.employee_id else None
    return user, employee if employee is not None and employee.active else None


def graded(user_id: int) -> tuple[User, Employee]:
    """Return an open account of an employee, to whom grades are given; raise NotFound."""
    user, employee = account(user_id)
    if employee is None:
        raise NotFound(_("This account belongs to no employee."))
    return user, employee


def rights_on(user_id: int, day: date) -> list[Right]:
    """Return every assignment that concerns a person: now, or at noon of another day."""
    noon = datetime.combine(day, time(12), site_zone()).astimezone(UTC)
    return rights_of(user_id, now() if day == today() else noon)


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
    there = [one for one in stored if _was_there(one, instant)]
    mine = [one for one in there if concerns(Held.of(one), person, world)]
    titles = subject_titles((one.subject, one.subject_id) for one in mine)
    own = [_right(one, instant, titles[one.subject, one.subject_id]) for one in mine]
    return [*own, *_as_substitute(user_id, instant, there, world)]


def _as_substitute(
    user_id: int, instant: datetime, there: Sequence[Assignment], world: World
) -> list[Right]:
    """Return what a person has of what others have handed on."""
    session = current_session()
    received = select(Delegation).where(
        Delegation.to_user_id == user_id,
        Delegation.given_at <= instant,
        or_(Delegation.ended_at.is_(None), Delegation.ended_at > instant),
    )
    several = session.scalars(received.order_by(Delegation.id)).all()
    givers = sorted({one.from_user_id for one in several})
    people = {one.user_id: one for one in world.people(givers)} if givers else {}
    names, found = called(several), []
    for lent in (one for one in several if one.from_user_id in people):
        lender = people[lent.from_user_id]
        mine = [one for one in there if concerns(Held.of(one), lender, world)]
        grants = {one.duty_id: grants_of(one.duty) for one in mine}
        barred = denied(list(map(Held.of, mine)), grants, lent.valid_from, lent.valid_to)
        by = _("as substitute for %(name)s", name=names[lent.from_user_id])
        for one in mine:
            when = period(one, lent.valid_from, lent.valid_to)
            if one.id in lent.assignments and when and may_be_handed_on(Held.of(one)):
                pairs = pairs_of(Held.of(one), grants[one.duty_id]) - barred
                right = _right(one, instant, by, Span(*when, one.weekly_hours))
                found.append(replace(right, contains=grants_in_words(pairs)))
    return found


@dataclass(frozen=True, slots=True)
class Span:
    """When a right holds."""

    valid_from: datetime | None
    valid_to: datetime | None
    weekly_hours: Mapping[str, Any] | None


def _was_there(one: Assignment, instant: datetime) -> bool:
    return one.given_at <= instant and (one.ended_at is None or instant < one.ended_at)


def _right(one: Assignment, instant: datetime, by: str, span: Span | None = None) -> Right:
    when = span or Span(one.valid_from, one.valid_to, one.weekly_hours)
    weekly = None if when.weekly_hours is None else WeeklyHours.parse(when.weekly_hours)
    if Window(when.valid_from, when.valid_to, weekly).contains(instant):
        state = "live"
    elif when.valid_to is not None and when.valid_to <= instant:
        state = "over"
    else:
        state = "coming"
    given = [
        (resource, verb)
        for resource, actions in grants_of(one.duty).items()
        for verb in chosen_verbs(actions, one.verbs)
    ]
    return Right(
        assignment=one,
        duty=localized(one.duty.name),
        by=by,
        contains=grants_in_words(given) if one.duty.active else [],
        data=in_words(one.ranges),
        period=period_in_words(when),
        hours=hours_in_words(when.weekly_hours),
        state=state,
        bar=_bar(when, instant),
        strict=one.allow and one.duty.second_factor,
    )


def _bar(one: Span, instant: datetime) -> tuple[int, int]:
    """Return where the period lies in a drawing that begins BEFORE the instant."""
    begin, finish = instant - BEFORE, instant + AFTER
    start = max(one.valid_from or begin, begin)
    end = min(one.valid_to or finish, finish)
    first = max(0, (start - begin).days)
    return first, max(1, (end - start).days) if end > start else 0
