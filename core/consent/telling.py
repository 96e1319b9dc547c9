"""Whom joint confirmation tells: those who could agree, then who asked and who agreed."""

from collections.abc import Callable
from typing import Any

from core.access.guarded_session import GuardedSession
from core.access.records import visible_to
from core.consent.acts import summary_of
from core.consent.holders import holders_of
from core.consent.models import Consent, State
from core.contributions import Act
from core.i18n import gettext as _
from core.jobs.originator import originator
from core.notifications.services import Notice, notify

KIND = "core.consent"
MOST_TOLD, MOST_ASKED = 30, 60
ENDS: dict[str, Callable[[Any], str]] = {
    State.DONE: lambda act: _("Done, since enough people agreed: %(act)s", act=act),
    State.DECLINED: lambda act: _("Declined: %(act)s", act=act),
    State.WITHDRAWN: lambda act: _("Withdrawn: %(act)s", act=act),
}


def tell_asked(session: GuardedSession, one: Consent, act: Act) -> int:
    """Tell those who hold the verb and see the record; return how many they are."""
    told = sorted(holders_of(session, one.resource, one.action) - {one.asked_by})
    if one.record_id is not None:
        told = [key for key in told[:MOST_ASKED] if _sees(session, one, key)]
    about = summary_of(act, one.payload)
    return notify(
        session,
        Notice(
            kind=KIND,
            key=f"consent:{one.id}",
            title=lambda: _("%(name)s asks you to agree: %(act)s", name=one.asked_label,
                            act=act.title),
            detail=(lambda: about) if about else None,
            endpoint="consent.show",
            arguments={"record_id": one.id},
            owner=act.name.partition(".")[0],
        ),
        users=told[:MOST_TOLD],
    )  # fmt: skip


def _sees(session: GuardedSession, one: Consent, user_id: int) -> bool:
    actor = originator(session, user_id)
    return one.record_id in visible_to(session, actor, one.resource, [one.record_id or 0])


def tell_ended(session: GuardedSession, one: Consent, act: Act | None) -> None:
    """Tell who asked and who agreed what became of it."""
    title = act.title if act is not None else one.act
    notify(
        session,
        Notice(
            kind=KIND,
            key=f"consent:{one.id}:{one.state}",
            title=lambda: ENDS[one.state](title),
            endpoint="consent.show",
            arguments={"record_id": one.id},
            owner=one.act.partition(".")[0],
        ),
        users={one.asked_by, *(voice.user_id for voice in one.voices)},
    )
