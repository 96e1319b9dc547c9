"""Verbs about assignments: give a duty or deny it, and end it. Whoever is concerned is compiled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from addons.rights import ceiling
from addons.rights import ranges as data_ranges
from addons.rights.duties import duty, excluded_with, known_verbs
from addons.rights.holders import holders_of
from addons.rights.holdings import holdings, overlap
from addons.rights.models import ASSIGNMENT, NAMED, Assignment, Duty, Grade, Subject
from addons.rights.policy import Held, chosen_verbs
from addons.rights.several import WIDENING
from addons.rights.words import subject_title
from core.access.policy import hold, recompile
from core.access.records import require
from core.access.windows import WeeklyHours
from core.accounts.models import User
from core.clock import now
from core.consent.acts import by_several
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n import join_words, localized
from core.i18n import lazy_gettext as _l
from core.i18n.writing import wrong_text
from core.organisation.models import Position
from core.unit_of_work import current_session, current_unit

NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentFields:
    """One assignment as the builder states it; see `addons.rights.models.Assignment`."""

    duty_id: int
    subject: str
    subject_id: int | None = None
    allow: bool = True
    verbs: Sequence[str] | None = None
    ranges: Mapping[str, Any] = field(default_factory=dict)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    weekly_hours: Mapping[str, Any] | None = None
    reason: str = ""


def assignment(assignment_id: int) -> Assignment:
    """Return an assignment; raise NotFound."""
    found = current_session().get(Assignment, assignment_id)
    if found is None:
        raise NotFound(_("There is no such assignment."))
    return found


def checked(fields: AssignmentFields) -> Held:
    """Return what would be stored; raise Refused naming every field that is wrong.

    So it does where somebody would hold two duties that exclude each other.
    """
    errors: dict[str, list[str]] = {}
    found = duty(fields.duty_id)
    if not found.active:
        errors["duty_id"] = [_("This duty is retired.")]
    if words := _wrong_subject(fields):
        errors["subject_id"] = [words]
    verbs = None if fields.verbs is None else sorted(set(fields.verbs))
    if words := _wrong_verbs(found, verbs):
        errors["verbs"] = [words]
    start, end = fields.valid_from, fields.valid_to
    if start is not None and end is not None and end <= start:
        errors["valid_to"] = [_("The end must come after the beginning.")]
    elif end is not None and end <= now():
        errors["valid_to"] = [_("This period is over already.")]
    if fields.weekly_hours is not None and not _hours_fit(fields.weekly_hours):
        errors["weekly_hours"] = [_("Give hours as 08:30 to 17:30, on at least one day.")]
    if wrong := wrong_text(fields.reason, lines=True):
        errors["reason"] = [wrong]
    try:
        kept = data_ranges.checked(fields.ranges)
    except Refused as refused:
        errors["ranges"], kept = [str(refused)], {}
    if errors:
        raise Refused(_("Nothing was given."), fields=errors)
    held = Held(
        duty_id=fields.duty_id,
        subject=Subject(fields.subject),
        subject_id=fields.subject_id if fields.subject in NAMED else None,
        allow=fields.allow,
        verbs=verbs,
        ranges=kept,
        valid_from=start,
        valid_to=end,
        weekly_hours=fields.weekly_hours,
    )
    _refuse_both(held)
    return held


def duty_of(assignment_id: int) -> Duty:
    """Return the duty of an assignment; raise NotFound."""
    return assignment(assignment_id).duty


def _words_of(found: Duty, given: Any) -> str:
    """Say in a line which duty is about whom, on which data."""
    return _(
        "%(duty)s – %(whom)s – %(data)s",
        duty=localized(found.name),
        whom=subject_title(given.subject, given.subject_id),
        data=data_ranges.in_words(given.ranges),
    )


def _hangs_on(fields: AssignmentFields) -> Any:
    """Return what a gift hangs on beside itself: what the duty contains, and whom it concerns."""
    found = duty(fields.duty_id)
    people = holders_of(checked(fields))
    return [sorted(found.contains), found.active, found.second_factor,
            sorted(one.user_id for one in people)]  # fmt: skip


@by_several(
    "rights.assign",
    title=_l("Give a duty"),
    needs=(ASSIGNMENT, Verb.CREATE),
    concerns=lambda fields: fields.allow,
    summary=lambda fields: _words_of(duty(fields.duty_id), fields),
    depends=_hangs_on,
    setting=WIDENING,
)
def assign(fields: AssignmentFields) -> Assignment:
    """Give a duty, or deny it; everybody concerned has the new rights at the next request.

    Raises Refused as `checked` does; nothing is stored then.
    """
    require(ASSIGNMENT, Verb.CREATE)
    hold(current_session())  # what excludes this is not given beside it meanwhile
    held = checked(fields)
    if held.allow:
        ceiling.refuse_giving(held, duty(held.duty_id).contains)
    session = current_session()
    made = Assignment(
        **{name: getattr(held, name) for name in Held.__slots__ if name != "id"},
        reason=fields.reason.strip(),
        given_by=current_unit().actor.label[:200],
    )
    session.add(made)
    session.flush()
    _compile_for(held)
    return made


@by_several(
    "rights.end_denial",
    title=_l("End a denial"),
    needs=(ASSIGNMENT, Verb.DELETE),
    record="assignment_id",
    concerns=lambda assignment_id, **_rest: not assignment(assignment_id).allow,
    summary=lambda assignment_id, **_rest: _words_of(
        duty_of(assignment_id), assignment(assignment_id)
    ),
    setting=WIDENING,
)
def end(assignment_id: int, *, reason: str = "") -> Assignment:
    """End an assignment now; it stays on record. Raises Refused when it has ended before."""
    require(ASSIGNMENT, Verb.DELETE)
    found = assignment(assignment_id)
    if found.ended_at is not None:
        raise Refused(_("It has ended already."))
    if wrong := wrong_text(reason, lines=True):
        raise Refused(wrong, fields={"reason": [wrong]})
    if not found.allow:
        ceiling.refuse_giving(Held.of(found), found.duty.contains)
    _end([found], reason)
    return found


def end_several(chosen: Sequence[Assignment], *, reason: str) -> None:
    """End several that give, all or none, for one reason; nobody gains by it.

    Raises Refused without a reason, and where one has ended before or denies.
    """
    require(ASSIGNMENT, Verb.DELETE)
    wrong = wrong_text(reason, lines=True)
    if wrong or not reason.strip():
        words = wrong or _("Say why they should end.")
        raise Refused(words, fields={"reason": [words]})
    if any(one.ended_at is not None or not one.allow for one in chosen):
        raise Refused(_("One of them has ended already, or denies. Nothing was ended."))
    _end(chosen, reason)


def end_by_review(found: Assignment, reason: str) -> None:
    """End what is given to one person because its reviewer says so; nobody gains by it.

    The review names who decides, so the right to end assignments is not asked for.
    """
    if found.subject != Subject.USER or not found.allow:
        raise Refused(_("A review ends only what is given to one person."))
    _end([found], reason)


def _end(several: Sequence[Assignment], reason: str) -> None:
    for found in several:
        found.ended_at, found.ended_by = now(), current_unit().actor.label[:200]
        found.end_reason = reason.strip()
    current_session().flush()
    _compile_for(*map(Held.of, several))


def _compile_for(*several: Held) -> None:
    session = current_session()
    hold(session)  # before it is asked whom it concerns
    if any(held.subject == Subject.EVERYONE for held in several):
        recompile(session)
    else:
        recompile(session, [holder.user_id for holder in holders_of(*several)])


def _wrong_subject(fields: AssignmentFields) -> str:
    session = current_session()
    if fields.subject not in set(Subject):
        return _("Choose to whom.")
    models: Mapping[str, Any] = {
        Subject.USER: User, Subject.POSITION: Position, Subject.GRADE: Grade,
    }  # fmt: skip
    model = models.get(fields.subject)
    if model is None:
        return ""
    if fields.subject_id is None or session.get(model, fields.subject_id) is None:
        return _("Choose to whom.")
    return ""


def _wrong_verbs(found: Duty, verbs: Sequence[str] | None) -> str:
    if not found.grants or not chosen_verbs([one.action for one in found.grants], verbs):
        return _("The duty contains none of these verbs.")
    unknown = sorted(set(verbs or ()) - known_verbs())
    return _("Nobody declares %(what)s.", what=join_words(unknown[:3])) if unknown else ""


def _hours_fit(weekly: Mapping[str, Any]) -> bool:
    try:
        return bool(WeeklyHours.parse(weekly).spans)
    except (ValueError, TypeError, AttributeError):
        return False


def _refuse_both(held: Held) -> None:
    """Refuse a duty to whoever holds one that excludes it, in a period that overlaps."""
    against = excluded_with(held.duty_id)
    if not against or not held.allow:
        return
    coming = {holder.user_id for holder in holders_of(held)}
    both = [one for one in holdings(against, coming) if overlap(held, one)]
    if both:
        other = both[0].duty
        names = {one.name for one in both if one.duty.id == other.id}
        raise _held_already(names, other, against[other.id])


def _held_already(names: Iterable[str], other: Duty, reason: str) -> Refused:
    words = _(
        "%(names)s already hold “%(duty)s”, which excludes this one. %(reason)s",
        names=join_words(sorted(names)[:NAMED_AT_MOST]),
        duty=localized(other.name),
        reason=reason,
    ).strip()
    return Refused(words, fields={"duty_id": [words]})
