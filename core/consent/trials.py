"""Acts that are tried and taken back: by who asked, by who might agree, before they are asked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from core.access.guarded_session import GuardedSession
from core.accounts.resources import USER
from core.actor import Actor
from core.audit.models import AuditEntry
from core.clock import now
from core.consent.acts import known_act, people_for, rehearsed, restored
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
from core.consent.rehearsal import Effect, basis_of
from core.contributions import Act
from core.errors import DomainError, NotAllowed, Refused
from core.i18n import gettext as _
from core.jobs.originator import originator
from core.unit_of_work import current_session, current_unit, unit_of_work

MADE_WITHIN = timedelta(days=30)
MAKING = ("create", "reset", "reset-second-factor")


class _TakenBack(Exception):  # noqa: N818 - not an error: it ends a unit that stores nothing
    pass


@dataclass(slots=True)
class Standing:
    """How an act stands for its reader; `against` says why it could not be done now."""

    effects: list[Effect] = field(default_factory=list)
    basis: str = ""
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


def outlook(consent_id: int) -> tuple[list[Effect], str]:
    """Return what an open act would change now and its basis, in the name of who asked.

    Raises what stands against it by then. Like all trials, call it outside of writing units.
    """
    asker = asker_of(consent(consent_id))
    with _taken_back(asker):
        one = open_consent(consent_id)
        found = rehearsed(known_act(one.act), one.payload)
    return found, basis_of(found)


def refuse_voice(session: GuardedSession, one: Consent) -> None:
    """Refuse the voice of who is not another person than who asked.

    Two accounts are not two people where who asked has made the other one, or given it a password.
    """
    actor: Actor = session.info["unit"].actor
    made = exists().where(
        AuditEntry.resource == USER,
        AuditEntry.record_id == actor.user_id,
        AuditEntry.actor_user_id == one.asked_by,
        AuditEntry.action.in_(MAKING),
        AuditEntry.at > now() - MADE_WITHIN,
    )
    if actor.user_id == one.asked_by:
        raise Refused(_("You asked for this yourself: somebody else must agree."))
    if session.scalar(select(made)):
        raise Refused(
            _(
                "%(name)s made your account or reset its password or second factor in the last "
                "%(days)s days, so you cannot agree to this. Somebody else must.",
                name=one.asked_label,
                days=MADE_WITHIN.days,
            )
        )


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
    found.may_look = may_complete(one)
    if is_open:
        try:
            found.effects, found.basis = outlook(consent_id)
            if judges:
                found.barred = _why_barred(consent_id, found)
        except DomainError as refused:
            found.against = str(refused)
    one = consent(consent_id)
    counted = {voice.user_id for voice in counting_voices(one, found.basis)}
    found.voices = [(voice, not is_open or voice.user_id in counted) for voice in one.voices]
    found.may_say = judges and is_open and not found.barred and me not in counted
    if not (one.asked_by == me or (judges and not found.barred)):
        found.effects, found.against = [], ""  # who agreed may have lost the sight of it since
    found.may_look = found.may_look or (judges and not found.barred)
    if is_open:
        found.missing = max(people_of(one) - 1 - len(counted), 0)
        found.may_complete = not found.missing and may_complete(one)
    return found


def _why_barred(consent_id: int, found: Standing) -> str:
    """Say why the reader has no say; the effects become those of the reader's own trial."""
    try:
        with _taken_back(lent=False) as session:
            one = judged_consent(consent_id)
            refuse_voice(session, one)
            found.effects = rehearsed(known_act(one.act), one.payload)
    except DomainError as refused:
        return str(refused)
    return ""


@contextmanager
def _taken_back(actor: Actor | None = None, *, lent: bool = True) -> Iterator[GuardedSession]:
    """Open a writing unit of which nothing is stored."""
    with suppress(_TakenBack), unit_of_work(actor, lent=lent) as session:
        yield session
        raise _TakenBack
