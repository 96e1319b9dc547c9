"""What was asked for, as far as the actor may read or judge it."""

from sqlalchemy import select

from core.access.records import visible
from core.accounts.models import User
from core.clock import now
from core.consent.acts import known_act, people_for, restored
from core.consent.distinct import distinct
from core.consent.models import CONSENT, Consent, State, Voice
from core.contributions import Act, Verb
from core.errors import DomainError, NotFound, Refused
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit

OVER = "over"


def consent(consent_id: int, *, lock: bool = False) -> Consent:
    """Return one of what was asked for; raise NotFound."""
    found = current_session().get(Consent, consent_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(_("Nothing of that number was asked for."))
    return found


def readable_consent(consent_id: int) -> Consent:
    """Return one that the actor may see: who asked, who agreed, who could judge, auditors.

    Raises NotFound for everybody else.
    """
    one, unit = consent(consent_id), current_unit()
    if unit.actor.user_id in {one.asked_by, *(voice.user_id for voice in one.voices)}:
        return one
    if may_judge(one) or unit.access.may(CONSENT, Verb.QUERY):
        return one
    raise NotFound(_("Nothing of that number was asked for."))


def judged_consent(consent_id: int) -> Consent:
    """Return an open one that the actor could judge, locked; raise NotFound or Refused."""
    one = open_consent(consent_id)
    if not may_judge(one):
        raise NotFound(_("Nothing of that number was asked for."))
    return one


def open_consent(consent_id: int) -> Consent:
    """Return one that is open, locked; raise NotFound, or Refused when it is open no more."""
    one = consent(consent_id, lock=True)
    state = state_of(one)
    if state == OVER:
        raise Refused(_("Its last day has passed. Ask for it again; nothing was stored."))
    if state != State.OPEN:
        raise Refused(_("It has been decided already. Nothing was stored."))
    return one


def state_of(one: Consent) -> str:
    """Return its state; "over" for an open one past its last day."""
    return OVER if one.state == State.OPEN and one.expires_at <= now() else one.state


def may_judge(one: Consent) -> bool:
    """Tell whether the actor could have a say: the verb, and the record in sight."""
    unit = current_unit()
    if unit.actor.user_id == one.asked_by or not unit.access.may(one.resource, one.action):
        return False
    return one.record_id is None or bool(visible(unit.session, one.resource, [one.record_id]))


def may_complete(one: Consent) -> bool:
    """Tell whether the actor asked for it or agreed to it."""
    me = current_unit().actor.user_id
    return me is not None and me in {one.asked_by, *(voice.user_id for voice in one.voices)}


def act_if_on(one: Consent) -> Act | None:
    """Return the act of what was asked for; None while its add-on is off."""
    try:
        return known_act(one.act)
    except NotFound:
        return None


def people_of(one: Consent) -> int:
    """Return how many it takes: as when it was asked for, or more if the act takes more now."""
    act = act_if_on(one)
    if act is None:
        return one.people
    try:
        return max(one.people, people_for(act, restored(act, one.payload)))
    except DomainError:  # what it is about is gone
        return one.people


def counting_voices(one: Consent) -> list[Voice]:
    """Return the voices that count: of open accounts that are different people from all others."""
    session = current_session()
    open_ones = select(User.id).where(User.active, User.id.in_([v.user_id for v in one.voices]))
    active = set(session.scalars(open_ones))
    given = [voice.user_id for voice in one.voices if voice.user_id in active]
    counted = set(distinct(session, one.asked_by, given, one.asked_at))
    return [voice for voice in one.voices if voice.user_id in counted]
