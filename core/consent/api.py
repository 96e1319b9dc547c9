"""The programming interface of joint confirmation: ask, and see what became of it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from core.access.decorators import signed_in
from core.api import Api, In, Out
from core.consent import services
from core.consent.models import Consent
from core.consent.queries import people_of, readable_consent, state_of
from core.consent.sealing import unsealed
from core.i18n import lazy_gettext as _l
from core.unit_of_work import unit_of_work

api = Api("consent_api", __name__, url_prefix="/api/v1/consents")


class AskIn(In):
    """`ask` as the 409 gave it within the last hour, and why it should be done."""

    ask: Annotated[str, Field(max_length=20_000)]
    reason: Annotated[str, Field(min_length=1, max_length=services.LONGEST_REASON)]


class ConsentOut(Out):
    """One of what was asked for; agreeing takes a password and so is done on its page."""

    id: int
    act: str
    state: str
    people: int
    agreed: int
    asked_at: datetime
    expires_at: datetime


@api.on("POST", "", summary=_l("Ask others to agree to an act"), status=201)
@signed_in
def ask(body: AskIn) -> ConsentOut:
    """Ask for the act that was answered with 409."""
    act, payload = unsealed(body.ask)
    with unit_of_work():
        made, _told = services.ask(act.name, payload, body.reason)
        return _out(made)


@api.on("GET", "/<int:record_id>", summary=_l("See what became of it"))
@signed_in
def show(record_id: int) -> ConsentOut:
    """Answer one of what was asked for."""
    return _out(readable_consent(record_id))


def _out(one: Consent) -> ConsentOut:
    return ConsentOut(
        id=one.id,
        act=one.act,
        state=state_of(one),
        people=people_of(one),
        agreed=len(one.voices),
        asked_at=one.asked_at,
        expires_at=one.expires_at,
    )
