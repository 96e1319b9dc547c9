"""Verbs of joint confirmation: ask, agree, decline, withdraw; the last voice does the act."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from core.access.guarded_session import GuardedSession
from core.actor import Actor
from core.clock import now
from core.consent.acts import done, known_act, people_for, rehearsed, restored
from core.consent.models import Consent, State, Voice
from core.consent.queries import (
    act_if_on,
    consent,
    has_enough,
    judged_consent,
    may_complete,
    open_consent,
)
from core.consent.rehearsal import basis_of, noted
from core.consent.telling import tell_asked, tell_ended
from core.consent.trials import asker_of, outlook, refuse_voice
from core.errors import Conflict, DomainError, NotFound, Refused
from core.i18n import gettext as _
from core.i18n import join_words
from core.i18n.writing import wrong_text
from core.settings.services import get
from core.unit_of_work import current_session, current_unit, unit_of_work

DAYS = "core.consent_days"
LONGEST_REASON = 500
MOST_OPEN = 50  # of one person


def ask(name: str, payload: Mapping[str, Any], reason: str) -> Consent:
    """Ask others for an act and return the consent; nothing of the act itself is done.

    Raises what the act raises, and Refused where one person is enough, where the reason is missing,
    or where the very same is open already.
    """
    act, session, instant = known_act(name), current_session(), now()
    words = _checked_reason(reason)
    people = people_for(act, restored(act, payload))
    if people < 2:  # noqa: PLR2004 - one person alone
        raise Refused(_("One person is enough for this now. Do it again; nothing was asked."))
    rehearsed(act, payload)
    same = select(Consent).where(
        Consent.act == act.name, Consent.state == State.OPEN, Consent.expires_at > instant
    )
    if any(_mark(one.payload) == _mark(payload) for one in session.scalars(same)):
        raise Refused(_("This has been asked for already and is still open. Nothing was stored."))
    actor = current_unit().actor
    _refuse_too_many(session, actor)
    made = Consent(
        act=act.name,
        payload=dict(payload),
        resource=act.needs[0],
        action=act.needs[1],
        record_id=payload.get(act.record) if act.record else None,
        people=people,
        reason=words,
        asked_by=actor.user_id,
        asked_label=actor.label[:200],
        asked_at=instant,
        expires_at=instant + timedelta(days=get(DAYS)),
        state=State.OPEN,
        ended_label="",
        end_reason="",
    )
    session.add(made)
    session.flush()
    tell_asked(session, made, act)
    return made


def agree(consent_id: int, seen: str) -> bool:
    """Agree to what the actor has been shown, whose basis is `seen`; True once the act is done.

    Call it outside of writing units. Raises Conflict when what it would change is another thing by
    now, Refused when it cannot be done, Refused or NotAllowed when the actor could not. Where the
    act fails at the last voice it is kept, Refused says so, and `complete` may be called again.
    """
    try:
        _effects, basis = outlook(consent_id)
    except DomainError as refused:
        raise Refused(
            _("It cannot be done as things are: %(why)s", why=refused.message)
        ) from refused
    if basis != seen:
        raise Conflict(
            _(
                "What this would change is not what you were shown: something was stored "
                "meanwhile. Look at it again. Your agreement was not taken."
            )
        )
    with unit_of_work(lent=False) as session:  # a substitute has no voice by the other's right
        one = judged_consent(consent_id)
        refuse_voice(session, one)
        rehearsed(known_act(one.act), one.payload)
        actor = session.info["unit"].actor
        mine = next((voice for voice in one.voices if voice.user_id == actor.user_id), None)
        if mine is None:
            mine = Voice(user_id=actor.user_id, label=actor.label[:200], at=now(), basis=basis)
            one.voices.append(mine)
        mine.at, mine.basis = now(), basis
        session.flush()
        enough = has_enough(one, basis)
    if not enough:
        return False
    try:
        return complete(consent_id)
    except DomainError as refused:
        raise Refused(
            _("Your agreement is kept, but it could not be done: %(why)s", why=refused.message)
        ) from refused


def complete(consent_id: int) -> bool:
    """Do an act to which enough people have agreed; False where they agreed to another thing.

    In the name of who asked and with that person's rights of this moment; state and change are
    one commit. Call it outside of writing units.
    """
    one = consent(consent_id)
    if not may_complete(one):
        raise NotFound(_("Nothing of that number was asked for."))
    names = join_words(voice.label for voice in one.voices)
    reason = f"{one.reason} [#{one.id} {names}]"  # no words of ours: it is read in any language
    try:
        with unit_of_work(asker_of(one), reason=reason) as session:
            if consent(consent_id, lock=True).state == State.DONE:
                return True  # two last voices at once: the other one has done it
            one = open_consent(consent_id)
            act = known_act(one.act)
            effects = noted(lambda: done(act, one.payload))
            _refuse_too_few(one, basis_of(effects))
            _end(session, one, State.DONE, "")
    except _TooFewError:
        return False
    return True


def decline(consent_id: int, reason: str) -> None:
    """Say no, which ends it; raises NotFound for who has no say, Refused without a reason."""
    one = judged_consent(consent_id)
    _end(current_session(), one, State.DECLINED, _checked_reason(reason))


def withdraw(consent_id: int) -> None:
    """Take back what one has asked for oneself."""
    one = consent(consent_id)
    if one.asked_by != current_unit().actor.user_id:
        raise NotFound(_("Nothing of that number was asked for."))
    _end(current_session(), open_consent(consent_id), State.WITHDRAWN, "")


class _TooFewError(Exception):
    pass


def _refuse_too_few(one: Consent, basis: str) -> None:
    if not has_enough(one, basis):
        raise _TooFewError


def _mark(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, sort_keys=True)


def _refuse_too_many(session: GuardedSession, actor: Actor) -> None:
    mine = (Consent.asked_by == actor.user_id, Consent.state == State.OPEN)
    waiting = session.scalar(
        select(func.count()).select_from(Consent).where(*mine, Consent.expires_at > now())
    )
    if (waiting or 0) >= MOST_OPEN:
        raise Refused(
            _(
                "%(count)s things that you have asked for are open. Take some back, or wait until "
                "they are decided; nothing was stored.",
                count=MOST_OPEN,
            )
        )


def _end(session: GuardedSession, one: Consent, state: State, reason: str) -> None:
    actor: Actor = session.info["unit"].actor
    one.state, one.ended_at = state, now()
    one.ended_label, one.end_reason = actor.label[:200], reason
    session.flush()
    tell_ended(session, one, act_if_on(one))


def _checked_reason(reason: str) -> str:
    words = reason.strip()
    wrong = wrong_text(words, lines=True)
    if not words:
        wrong = _("Say why, so that others can judge it.")
    elif len(words) > LONGEST_REASON:
        wrong = _("At most %(number)s characters.", number=LONGEST_REASON)
    if wrong:
        raise Refused(wrong, fields={"reason": [wrong]})
    return words
