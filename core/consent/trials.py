"""Acts that are tried and taken back: by who asked, by who might agree, before they are asked."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from core.access.guarded_session import GuardedSession
from core.actor import Actor
from core.consent.acts import depends_of, known_act, people_for, rehearsed, restored
from core.consent.distinct import MADE_WITHIN, distinct
from core.consent.models import Consent, State, Voice
from core.consent.queries import (
    consent,
    counting_voices,
    judged_consent,
    may_complete,
    may_judge,
    open_consent,
    people_of,
    state_of,
)
from core.consent.rehearsal import Effect, digest_of
from core.contributions import Act, Verb
from core.errors import Conflict, DomainError, NotAllowed, Refused
from core.i18n import gettext as _
from core.jobs.originator import originator
from core.unit_of_work import current_session, current_unit, unit_of_work


class _TakenBack(Exception):  # noqa: N818 - not an error: it ends a unit that stores nothing
    pass


@dataclass(slots=True)
class Standing:
    """How an act stands for its reader; `against` says why it could not be done now."""

    effects: list[Effect] = field(default_factory=list)
    against: str = ""  # why it cannot be done at all now
    barred: str = ""  # why the reader has no say in it
    may_look: bool = False
    may_say: bool = False
    voices: list[tuple[Voice, bool]] = field(default_factory=list)  # and whether each counts
    missing: int = 0
    may_complete: bool = False


def prospect(act: Act, payload: Mapping[str, Any]) -> tuple[list[Effect], int]:
    """Return what an act that is not asked for yet would change, and how many people it takes."""
    with _taken_back():
        return rehearsed(act, payload), people_for(act, restored(act, payload))


def outlook(consent_id: int) -> list[Effect]:
    """Return what an open act would change, in the name of who asked.

    Raises what stands against it by now, and Conflict where it is another thing than when it was
    asked for. Like all trials, call it outside of writing units.
    """
    asker = asker_of(consent(consent_id))
    with _taken_back(asker):
        one = open_consent(consent_id)
        act = known_act(one.act)
        depends = depends_of(act, one.payload)
        found = rehearsed(act, one.payload)
        refuse_other(one, digest_of(found, depends))
    return found


def refuse_other(one: Consent, digest: str) -> None:
    """Raise Conflict unless the act would do what it would have done when it was asked for."""
    if digest != one.basis:
        raise Conflict(
            _(
                "What this would change is another thing than when it was asked for: something "
                "was stored meanwhile. It has to be asked for anew."
            )
        )


def refuse_voice(session: GuardedSession, one: Consent) -> None:
    """Refuse the voice of who is not another person than who asked and who has agreed."""
    actor: Actor = session.info["unit"].actor
    before = [voice.user_id for voice in one.voices if voice.user_id != actor.user_id]
    given = [*before, actor.user_id or 0]
    if actor.user_id not in distinct(session, one.asked_by, given, one.asked_at):
        raise Refused(
            _(
                "Of your account and those of who asked and who has agreed, one made another or "
                "reset its password or second factor in the last %(days)s days: they do not count "
                "as different people. Somebody else must agree.",
                days=MADE_WITHIN.days,
            )
        )


def own_trial(session: GuardedSession, one: Consent) -> list[Effect]:
    """Return what the act would change if the unit's actor did it; raise what stands against it."""
    refuse_voice(session, one)
    return rehearsed(known_act(one.act), one.payload)


def is_able(consent_id: int, user_id: int) -> bool:
    """Tell whether somebody who has agreed could still do it alone, by own rights."""
    try:
        with _taken_back(originator(current_session(), user_id), lent=False):
            one = judged_consent(consent_id)
            rehearsed(known_act(one.act), one.payload)
    except DomainError:
        return False
    return True


def asker_of(one: Consent) -> Actor:
    """Return who asked, as that account stands now; raise Refused when it is off."""
    try:
        return originator(current_session(), one.asked_by)
    except NotAllowed as gone:
        raise Refused(
            _("The account of %(name)s, who asked, is switched off.", name=one.asked_label)
        ) from gone


def standing(consent_id: int) -> Standing:
    """Return how it stands for the reader, who may read it."""
    found = Standing()
    one = consent(consent_id)
    me, is_open, judges = current_unit().actor.user_id, state_of(one) == State.OPEN, may_judge(one)
    mine = one.asked_by == me
    if is_open:
        try:
            found.effects = outlook(consent_id)
        except DomainError as refused:
            found.against = str(refused)
        if judges and not found.against:
            found.barred = _why_barred(consent_id, found.effects)
    one = consent(consent_id)
    able = judges and is_open and not found.barred and not found.against
    if not (mine or able):
        found.effects = []  # who agreed may have lost the sight of it since
    if not (mine or judges):
        found.against = ""
    counted = {voice.user_id for voice in counting_voices(one)}
    found.voices = [(voice, not is_open or voice.user_id in counted) for voice in one.voices]
    found.may_look = mine or able or (not is_open and judges and may_complete(one))
    found.may_say = able and me not in {v.user_id for v in one.voices}
    if is_open:
        found.missing = max(people_of(one) - 1 - len(counted), 0)
        found.may_complete = not found.missing and may_complete(one)
    return found


def _why_barred(consent_id: int, effects: Sequence[Effect]) -> str:
    """Say why the reader has no say: could not do it, or not all of it."""
    try:
        with _taken_back(lent=False) as session:
            own = own_trial(session, judged_consent(consent_id))
    except DomainError as refused:
        return str(refused)
    beyond = {_place(one) for one in effects} - {_place(one) for one in own}
    return _("It reaches further than what you could do alone.") if beyond else ""


def _place(one: Effect) -> tuple[str, str, int | None]:
    return one.action, one.resource, None if one.action == Verb.CREATE else one.record_id


@contextmanager
def _taken_back(actor: Actor | None = None, *, lent: bool = True) -> Iterator[GuardedSession]:
    """Open a writing unit of which nothing is stored."""
    with suppress(_TakenBack), unit_of_work(actor, lent=lent) as session:
        yield session
        raise _TakenBack
