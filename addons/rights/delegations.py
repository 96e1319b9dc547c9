"""Verbs about substitutes: hand duties to somebody for a time, and end that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, not_, or_, select

from addons.rights import ceiling
from addons.rights.delegation_checks import refuse_both
from addons.rights.delegation_models import DELEGATION, Delegation
from addons.rights.delegation_telling import tell_begin, tell_end
from addons.rights.delegation_terms import Lent, denied, may_be_handed_on, pairs_of, period
from addons.rights.duties import grants_of
from addons.rights.held import Held, concerns
from addons.rights.models import Assignment, Subject
from addons.rights.world import Person, World
from core.access.policy import hold, recompile
from core.access.records import require
from core.clock import now
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.unit_of_work import current_session, current_unit

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationFields:
    """What a form says: who, for whom, which assignments, from when until when, why."""

    from_user_id: int
    to_user_id: int | None
    assignments: Sequence[int]
    valid_from: datetime | None
    valid_to: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """One assignment of a delegator; `obstacle` says why it cannot be handed on, else ""."""

    assignment: Assignment
    obstacle: str
    barred: bool = False  # a part of it is denied to the delegator and stays behind


def is_own(user_id: int) -> bool:
    """Tell whether whoever acts is this user."""
    return current_unit().actor.user_id == user_id


def delegation(delegation_id: int) -> Delegation:
    """Return a delegation that the reader gave or received, or may see all of; raise NotFound."""
    found = current_session().get(Delegation, delegation_id)
    if found is None or not may_see(found):
        raise NotFound(_("There is no such delegation."))
    return found


def may_see(found: Delegation) -> bool:
    """Tell whether the reader is one of the two, or may see every delegation."""
    mine = current_unit().actor.user_id in {found.from_user_id, found.to_user_id}
    return mine or current_unit().access.may(DELEGATION, Verb.QUERY)


def may_end(found: Delegation) -> bool:
    """Tell whether the reader may end it: either of the two may, and who ends any."""
    mine = current_unit().actor.user_id in {found.from_user_id, found.to_user_id}
    return found.ended_at is None and (mine or current_unit().access.may(DELEGATION, Verb.DELETE))


def of_user(user_id: int, past: int) -> tuple[list[Delegation], bool]:
    """Return what somebody has given and received, the newest first, and whether there is more.

    Of what is over or ended only the newest `past`.
    """
    both = or_(Delegation.from_user_id == user_id, Delegation.to_user_id == user_id)
    still = and_(Delegation.ended_at.is_(None), Delegation.valid_to > now())
    mine = select(Delegation).where(both).order_by(Delegation.id.desc())
    session = current_session()
    gone = session.scalars(mine.where(not_(still)).limit(past + 1)).all()
    return [*session.scalars(mine.where(still)), *gone[:past]], len(gone) > past


def offered(user_id: int) -> list[Offered]:
    """Return the assignments that concern somebody, and what of them can be handed on."""
    session = current_session()
    world = World(session)
    person = next(iter(world.people([user_id])), None)
    if person is None:
        return []
    stored = session.scalars(
        select(Assignment).where(Assignment.ended_at.is_(None)).order_by(Assignment.id)
    ).unique()
    mine = [one for one in stored if one.duty.active and concerns(Held.of(one), person, world)]
    grants = {one.duty_id: grants_of(one.duty) for one in mine}
    barred = denied([Held.of(one) for one in mine], grants, now(), None)
    found = []
    for one in mine:
        if one.allow and period(one, now(), None) is not None:
            pairs = pairs_of(Held.of(one), grants[one.duty_id])
            obstacle = _obstacle(one, bool(pairs), bool(pairs - barred))
            found.append(Offered(one, obstacle, barred=bool(pairs & barred)))
    return found


def _obstacle(one: Assignment, handable: bool, remains: bool) -> str:  # noqa: FBT001
    if not may_be_handed_on(Held.of(one)):
        return _("An administrator's rights are not handed on.")
    if one.subject == Subject.EVERYONE and not one.ranges:
        return _("Everybody has this anyway.")
    if not handable:
        return _("Rights over the system and over rights are not handed on.")
    return "" if remains else _("All of it is denied the delegator somewhere.")


def checked(fields: DelegationFields) -> Lent:
    """Return what would be stored; raise Refused naming every field that is wrong.

    So it does where the substitute would hold two duties that exclude each other.
    """
    errors: dict[str, list[str]] = {}
    people = _people(fields.from_user_id, fields.to_user_id)
    if fields.from_user_id not in people:
        errors["from_user_id"] = [_("Choose somebody whose account is open.")]
    if fields.to_user_id not in people:
        errors["to_user_id"] = [_("Choose somebody whose account is open.")]
    elif fields.to_user_id == fields.from_user_id:
        errors["to_user_id"] = [_("Nobody is their own substitute. Choose somebody else.")]
    elif not is_own(fields.from_user_id) and is_own(fields.to_user_id) and not ceiling.is_free():
        errors["to_user_id"] = [
            _("You would give this to yourself. Ask another colleague or an administrator.")
        ]
    errors |= _wrong_period(fields.valid_from, fields.valid_to)
    chosen = sorted(set(fields.assignments))
    free = {one.assignment.id for one in offered(fields.from_user_id) if not one.obstacle}
    if not chosen:
        errors["assignments"] = [_("Choose at least one duty.")]
    elif not free.issuperset(chosen):
        errors["assignments"] = [_("One of these duties cannot be handed on (any more).")]
    elif not is_own(fields.from_user_id) and (words := _beyond(chosen)):
        errors["assignments"] = [words]
    if wrong := wrong_text(fields.reason, lines=True):
        errors["reason"] = [wrong]
    if errors:
        raise Refused(_("Nothing was handed on."), fields=errors)
    assert fields.to_user_id and fields.valid_from and fields.valid_to  # noqa: S101, PT018
    lent = Lent(fields.from_user_id, fields.to_user_id, chosen, fields.valid_from, fields.valid_to)
    refuse_both(lent)
    return lent


def delegate(fields: DelegationFields) -> Delegation:
    """Hand duties to a substitute, one's own or, under `create`, somebody else's.

    The substitute has them at the next request of the period. Raises Refused as `checked` does;
    nothing is stored then.
    """
    if not is_own(fields.from_user_id):
        require(DELEGATION, Verb.CREATE)
    session = current_session()
    hold(session)  # nobody takes the delegator's rights away between the check and the compiling
    lent = checked(fields)
    made = Delegation(
        from_user_id=lent.from_user_id,
        to_user_id=lent.to_user_id,
        assignments=list(lent.assignments),
        valid_from=lent.valid_from,
        valid_to=lent.valid_to,
        reason=fields.reason.strip(),
        given_by=current_unit().actor.label[:200],
    )
    session.add(made)
    session.flush()
    recompile(session, [made.to_user_id])
    tell_begin(made)
    return made


def end(delegation_id: int, *, reason: str = "") -> Delegation:
    """End a delegation now; it stays on record. Raises Refused when it has ended before."""
    found = delegation(delegation_id)
    if current_unit().actor.user_id not in {found.from_user_id, found.to_user_id}:
        require(DELEGATION, Verb.DELETE)
    if found.ended_at is not None:
        raise Refused(_("It has ended already."))
    if wrong := wrong_text(reason, lines=True):
        raise Refused(wrong, fields={"reason": [wrong]})
    found.ended_at, found.ended_by = now(), current_unit().actor.label[:200]
    found.end_reason = reason.strip()
    session = current_session()
    session.flush()
    recompile(session, [found.to_user_id])
    tell_end(found)
    return found


def _beyond(assignment_ids: Sequence[int]) -> str:
    """Say why only an administrator hands these on for somebody else; "" where others may.

    What is bound to a range, such as the delegator's own records, is not everything.
    """
    if ceiling.is_free():
        return ""
    found = select(Assignment).where(Assignment.id.in_(assignment_ids))
    given = [one for one in current_session().scalars(found).unique() if not one.ranges]
    return next((words for one in given if (words := ceiling.managing(one.duty.contains))), "")


def _people(*user_ids: int | None) -> dict[int, Person]:
    wanted = [key for key in user_ids if key is not None]
    return {one.user_id: one for one in World(current_session()).people(wanted)}


def _wrong_period(start: datetime | None, end: datetime | None) -> dict[str, list[str]]:
    if start is None:
        return {"valid_from": [_("Say from when.")]}
    if end is None:
        return {"valid_to": [_("Say until when.")]}
    if end <= start:
        return {"valid_to": [_("The end must come after the beginning.")]}
    if end <= now():
        return {"valid_to": [_("This period is over already.")]}
    if end - start > LONGEST:
        return {"valid_to": [_("At most a year at a time. Hand it on again then.")]}
    return {}
