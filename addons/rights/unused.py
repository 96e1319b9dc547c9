"""Assignments of which nobody concerned has used any verb for long; what may be done about them.

Uses are known by person and verb, not by assignment (docs/decisions/0012): one that only repeats
what another gives looks used, and what a process lost looks unused. So this proposes, and people
end or ask.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select

from addons.rights import reviews
from addons.rights.assignments import end_several
from addons.rights.delegation_models import Delegation
from addons.rights.held import chosen_verbs
from addons.rights.models import ASSIGNMENT, Assignment, Duty, Subject
from addons.rights.policy import subjects_of
from addons.rights.review_models import Review
from addons.rights.review_plan import ReviewFields
from addons.rights.world import World
from core.access.lent import FIELD
from core.access.policy import hold
from core.access.records import require
from core.access.use_record import UseRecord, recorded
from core.clock import now, site_zone, today
from core.contributions import SettingDef, Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.settings.services import get
from core.unit_of_work import current_session

DAYS = "rights.unused_days"
UNUSED_SETTINGS = (
    SettingDef(
        key=DAYS,
        title=_l("Days without use after which a right is listed as unused"),
        type="int",
        default=90,
        minimum=30,
        maximum=730,
        help=_l("Nothing ends by itself: the list is a proposal."),
    ),
)
APART = frozenset({Subject.EVERYONE, Subject.ADMINISTRATORS})  # ended one by one, never from a list
MOST_AT_ONCE = 200
KNOWN = "rights.unused"

Uses = Mapping[tuple[str, str], date]
Wanted = Mapping[str, Collection[str]]  # verbs by resource; "*" is every one
Span = tuple[int, date, date]  # a substitute, and the first and last day of the delegation


@dataclass(frozen=True, slots=True)
class Unused:
    """One assignment that nobody used: of how many open accounts, and its last use before."""

    assignment: Assignment
    holders: int
    last_on: date | None

    @property
    def apart(self) -> bool:
        """Tell whether it is ended by itself alone, on its own page."""
        return self.assignment.subject in APART


@dataclass(frozen=True, slots=True)
class Findings:
    """What is unused for so many days; uses are known `since`."""

    days: int
    since: date | None
    rows: Mapping[int, Unused]

    @property
    def tells_from(self) -> date | None:
        """The first day on which so many days of uses are known."""
        return self.since + timedelta(days=self.days) if self.since is not None else None

    @property
    def can_tell(self) -> bool:
        """Tell whether uses are known for so long."""
        return self.tells_from is not None and self.tells_from <= today()

    @property
    def together(self) -> list[int]:
        """The ids of those that may be ended or reviewed with others."""
        return [key for key, one in self.rows.items() if not one.apart]


def findings() -> Findings:
    """Return what is unused now; asked for once in a unit of work, in a few statements."""
    require(ASSIGNMENT, Verb.QUERY)
    session = current_session()
    known: Findings | None = session.info.get(KNOWN)
    if known is None:
        days, record = int(get(DAYS)), recorded(session)
        known = Findings(days, record.since, {})
        if known.can_tell:
            rows = {one.assignment.id: one for one in _unused(session, record, days)}
            known = Findings(days, record.since, rows)
        session.info[KNOWN] = known
    return known


def end(ids: Sequence[int], *, reason: str) -> int:
    """End unused assignments, all or none; raise Refused where one is not unused any more."""
    require(ASSIGNMENT, Verb.DELETE)
    hold(current_session())  # nobody ends one of them meanwhile
    end_several([one.assignment for one in chosen(ids)], reason=reason)
    return len(ids)


def review(ids: Sequence[int], *, name: str, due_on: date | None) -> Review:
    """Open a review of exactly these unused assignments."""
    return reviews.open_review(review_fields(ids, name=name, due_on=due_on))


def review_fields(ids: Sequence[int], *, name: str, due_on: date | None) -> ReviewFields:
    """Return what such a review covers; raise Refused where one is not unused any more."""
    keys = tuple(one.assignment.id for one in chosen(ids))
    return ReviewFields(name=name, due_on=due_on, subjects=tuple(Subject), assignments=keys)


def chosen(ids: Sequence[int]) -> list[Unused]:
    """Return these unused assignments in the order of their duties; raise Refused if one is not."""
    found = findings().rows
    if not ids or any(key not in found or found[key].apart for key in ids):
        raise Refused(
            _(
                "Nothing was done: some of them are in use by now, have ended, or are not ended "
                "together with others. Go back to the list and tick again."
            )
        )
    if len(ids) > MOST_AT_ONCE:
        raise Refused(_("Nothing was done: choose at most %(most)s at once.", most=MOST_AT_ONCE))
    return sorted(
        (found[key] for key in ids), key=lambda one: (one.assignment.duty.code, one.assignment.id)
    )


def _unused(session: Any, record: UseRecord, days: int) -> Iterator[Unused]:
    limit = today() - timedelta(days=days)
    world = World(session)
    people: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for person in world.people(None):
        for subject in subjects_of(person, world):
            people[subject].append(person.user_id)
    lent = _lent(session)
    for one in _in_force(session, limit):
        holders = people.get((one.subject, one.subject_id), [])
        # of somebody whose account is closed the uses are known still
        concerned = {*holders, one.subject_id} if one.subject == Subject.USER else holders
        wanted = _wanted(one)
        used = _days_of(wanted, concerned, lent.get(one.id, ()), record)
        last = _last(used, limit)
        if last is None or last <= limit:
            yield Unused(one, len(holders), last)


def _in_force(session: Any, limit: date) -> list[Assignment]:
    """Return what gives, and has been in force since `limit` or before."""
    edge = datetime.combine(limit + timedelta(days=1), time.min, site_zone())
    stored = session.scalars(
        select(Assignment)
        .join(Duty)
        .where(
            Duty.active,
            Assignment.allow,
            Assignment.ended_at.is_(None),
            Assignment.given_at < edge,
            or_(Assignment.valid_from.is_(None), Assignment.valid_from < edge),
            or_(Assignment.valid_to.is_(None), Assignment.valid_to > now()),
        )
        .order_by(Assignment.id)
    )
    return list(stored.unique())


def _wanted(one: Assignment) -> Wanted:
    """Return what an assignment gives; a field is used by whoever reads the records."""
    actions: dict[str, list[str]] = defaultdict(list)
    for grant in one.duty.grants:
        actions[grant.resource].append(grant.action)
    found: dict[str, Collection[str]] = {}
    for resource, several in actions.items():
        verbs = set(chosen_verbs(several, one.verbs))
        if any(verb.startswith(FIELD) for verb in verbs):
            verbs |= {str(Verb.QUERY), str(Verb.EXPORT)}
        found[resource] = verbs
    return found


def _lent(session: Any) -> dict[int, list[Span]]:
    """Return by assignment who had it as a substitute, and on which days."""
    found: dict[int, list[Span]] = defaultdict(list)
    for one in session.scalars(select(Delegation).order_by(Delegation.id)):
        end = min(one.valid_to, one.ended_at or one.valid_to)
        span = (one.to_user_id, _day(one.valid_from), _day(end - timedelta(microseconds=1)))
        for key in one.assignments:
            found[key].append(span)
    return found


def _day(instant: datetime) -> date:
    return instant.astimezone(site_zone()).date()


def _days_of(
    wanted: Wanted, concerned: Iterable[Any], lent: Iterable[Span], record: UseRecord
) -> Iterator[date]:
    """Yield the days on which holders, and substitutes while they had it, used a verb last.

    Whoever used it last after the delegation may have used it within: that counts as used.
    """
    for user_id in concerned:
        yield from _matching(wanted, record.by_user.get(user_id, {}))
    for user_id, first, last in lent:
        for day in _matching(wanted, record.by_user.get(user_id, {})):
            if record.since is not None and first <= day and record.since <= last:
                yield min(day, last)


def _matching(wanted: Wanted, uses: Uses) -> Iterator[date]:
    for (resource, verb), day in uses.items():
        for key in (resource, "*"):
            verbs = wanted.get(key, ())
            if verb in verbs or "*" in verbs:
                yield day


def _last(days: Iterable[date], limit: date) -> date | None:
    """Return the last day; the first that is recent is as good as any other."""
    last: date | None = None
    for day in days:
        if day > limit:
            return day
        last = day if last is None or day > last else last
    return last
