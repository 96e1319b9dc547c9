"""Verbs of joint confirmation: ask, agree, decline, withdraw; the last voice does the act."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from core.access.guarded_session import GuardedSession
from core.actor import Actor
from core.clock import now
from core.consent.acts import depends_of, done, known_act, people_for, rehearsed, restored
from core.consent.models import Consent, State, Voice
from core.consent.queries import (
    act_if_on,
    consent,
    counting_voices,
    judged_consent,
    may_complete,
    open_consent,
    people_of,
)
from core.consent.rehearsal import digest_of, noted
from core.consent.telling import tell_asked, tell_ended
from core.consent.trials import asker_of, is_able, outlook, own_trial, refuse_other
from core.contributions import Act
from core.errors import DomainError, NotFound, Refused
from core.i18n import gettext as _
from core.i18n import join_words
from core.i18n.writing import wrong_text
from core.settings.services import get
from core.unit_of_work import current_session, current_unit, unit_of_work

DAYS = "core.consent_days"
LONGEST_REASON = 500
MOST_OPEN = 20  # of one person


def ask(name: str, payload: Mapping[str, Any], reason: str) -> tuple[Consent, int]:
    """Ask others for an act; return the consent and how many were told. Nothing of it is done.

    Raises what the act raises, and Refused where one person is enough, where the reason is missing,
    or where the same is open already.
    """
    act, session, instant = known_act(name), current_session(), now()
    words = _checked_reason(reason)
    people = people_for(act, restored(act, payload))
    if people < 2:  # noqa: PLR2004 - one person alone
        raise Refused(_("One person is enough for this now. Do it again; nothing was asked."))
    depends = depends_of(act, payload)
    basis = digest_of(rehearsed(act, payload), depends)
    record_id = payload.get(act.record) if act.record else None
    _refuse_again(session, act, payload, record_id)
    actor = current_unit().actor
    made = Consent(
        act=act.name,
        payload=dict(payload),
        resource=act.needs[0],
        action=act.needs[1],
        record_id=record_id,
        people=people,
        reason=words,
        basis=basis,
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
    return made, tell_asked(session, made, act)


def agree(consent_id: int) -> bool:
    """Agree to what an act would change; True once it is done.

    Call it outside of writing units. Raises Refused when it cannot be done, or not any more what it
    was, Refused or NotAllowed when the actor could not do it alone. Where the act fails at the last
    voice it is kept, Refused says so, and `complete` may be called again.
    """
    try:
        outlook(consent_id)
    except DomainError as refused:
        raise Refused(
            _("It cannot be done as things are: %(why)s", why=refused.message)
        ) from refused
    with unit_of_work(lent=False) as session:  # a substitute has no voice by the other's right
        one = judged_consent(consent_id)
        own_trial(session, one)
        actor = session.info["unit"].actor
        if actor.user_id not in {voice.user_id for voice in one.voices}:
            one.voices.append(Voice(user_id=actor.user_id, label=actor.label[:200], at=now()))
        session.flush()
        enough = len(counting_voices(one)) >= people_of(one) - 1
    if not enough:
        return False
    try:
        return complete(consent_id)
    except DomainError as refused:
        raise Refused(
            _("Your agreement is kept, but it could not be done: %(why)s", why=refused.message)
        ) from refused


def complete(consent_id: int) -> bool:
    """Do an act to which enough people have agreed; False where too few of them still could.

    In the name of who asked and with that person's rights of this moment; state and change are
    one commit. Call it outside of writing units.
    """
    one = consent(consent_id)
    if not may_complete(one):
        raise NotFound(_("Nothing of that number was asked for."))
    given = {voice.user_id: voice.label for voice in counting_voices(one)}
    asker, text = asker_of(one), one.reason
    able = {user_id for user_id in given if is_able(consent_id, user_id)}
    names = join_words(label for user_id, label in given.items() if user_id in able)
    reason = f"{text} [#{consent_id} {names}]"  # no words of ours: it is read in any language
    with unit_of_work(asker, reason=reason) as session:
        one = consent(consent_id, lock=True)
        if one.state == State.DONE:
            return True  # two last voices at once: the other one has done it
        one = open_consent(consent_id)
        counted = able & {voice.user_id for voice in counting_voices(one)}
        if len(counted) < people_of(one) - 1:
            return False
        act = known_act(one.act)
        depends = depends_of(act, one.payload)
        refuse_other(one, digest_of(noted(lambda: done(act, one.payload)), depends))
        _end(session, one, State.DONE, "")
    return True


def decline(consent_id: int, reason: str) -> None:
    """Say no, which ends it; whoever could do it alone may. Call it outside of writing units.

    Raises NotFound for who has no say, Refused without a reason, and what bars from agreeing.
    """
    words = _checked_reason(reason)
    with unit_of_work(lent=False) as session:
        one = judged_consent(consent_id)
        own_trial(session, one)
        _end(session, one, State.DECLINED, words)


def withdraw(consent_id: int) -> None:
    """Take back what one has asked for oneself."""
    one = consent(consent_id, lock=True)
    if one.asked_by != current_unit().actor.user_id:
        raise NotFound(_("Nothing of that number was asked for."))
    _end(current_session(), open_consent(consent_id), State.WITHDRAWN, "")


def _refuse_again(
    session: GuardedSession, act: Act, payload: Mapping[str, Any], record_id: int | None
) -> None:
    """Refuse what is open already, and floods."""
    still = (Consent.state == State.OPEN, Consent.expires_at > now())
    same = session.scalars(select(Consent).where(*still, Consent.act == act.name))
    if any(
        one.record_id == record_id if record_id is not None else one.payload == dict(payload)
        for one in same
    ):
        raise Refused(_("This has been asked for already and is still open. Nothing was stored."))
    mine = Consent.asked_by == current_unit().actor.user_id
    waiting = session.scalar(select(func.count()).select_from(Consent).where(*still, mine))
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
    words = reason.strip().replace("[#", "［#")  # so begins what this site adds to it
    wrong = wrong_text(words, lines=True)
    if not words:
        wrong = _("Say why, so that others can judge it.")
    elif len(words) > LONGEST_REASON:
        wrong = _("At most %(number)s characters.", number=LONGEST_REASON)
    if wrong:
        raise Refused(wrong, fields={"reason": [wrong]})
    return words
