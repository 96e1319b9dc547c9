"""Whom joint confirmation tells: those who could agree, then who asked and who agreed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.models import AccessTerm
from core.access.terms import ANY
from core.consent.models import Consent, State
from core.contributions import Act
from core.i18n import gettext as _
from core.notifications.services import Notice, notify

KIND = "core.consent"
MOST_TOLD = 30
ENDS: dict[str, Callable[[Any], str]] = {
    State.DONE: lambda act: _("Done, since enough people agreed: %(act)s", act=act),
    State.DECLINED: lambda act: _("Declined: %(act)s", act=act),
    State.WITHDRAWN: lambda act: _("Withdrawn: %(act)s", act=act),
}


def tell_asked(session: Session, one: Consent, act: Act) -> None:
    """Tell those whose rights hold the verb by name or by account; who asked knows it.

    A verb that everybody holds is told to administrators alone.
    """
    holders = _holders(session, one) - {one.asked_by}
    notify(
        session,
        Notice(
            kind=KIND,
            key=f"consent:{one.id}",
            title=lambda: _("%(name)s asks you to agree: %(act)s", name=one.asked_label,
                            act=act.title),
            endpoint="consent.show",
            arguments={"record_id": one.id},
            owner=act.name.partition(".")[0],
        ),
        users=sorted(holders)[:MOST_TOLD],
        administrators=not holders,
    )  # fmt: skip


def tell_ended(session: Session, one: Consent, act: Act | None) -> None:
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


def _holders(session: Session, one: Consent) -> set[int]:
    """Return the accounts that a term gives the verb, whatever its range and period.

    The page asks the rest.
    """
    rows = session.execute(
        select(AccessTerm.user_id, AccessTerm.actions).where(
            AccessTerm.allow,
            AccessTerm.user_id.is_not(None),
            AccessTerm.resource.in_([one.resource, ANY]),
        )
    )
    return {row.user_id for row in rows if ANY in row.actions or one.action in row.actions}
