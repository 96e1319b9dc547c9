"""The programming interface of the inbox: what is new, and what is read."""

from datetime import datetime
from typing import Annotated, Literal

from flask import request, url_for
from pydantic import Field

from core.access.decorators import needs
from core.api import Api, In, Key, Minute, Out
from core.contributions import Verb
from core.errors import DomainError, Refused
from core.i18n import lazy_gettext as _l
from core.notifications.lists import reader_id
from core.notifications.mail_choices import Wish, choose, own_choice
from core.notifications.models import NOTIFICATION
from core.notifications.queries import newest
from core.notifications.services import mark_read
from core.unit_of_work import current_session, unit_of_work
from core.web.list_query import read_cursor, write_cursor

api = Api("notifications_api", __name__, url_prefix="/api/v1/notifications")


class Asked(In):
    """Which ones, and from which place on."""

    unread: bool = False
    size: Annotated[int, Field(ge=1, le=100)] = 20
    after: Annotated[str, Field(max_length=200, pattern="^[A-Za-z0-9_-]*$")] = ""


class NotificationOut(Out):
    """One of them in the caller's language; `address` is the page that it leads to."""

    id: int
    at: datetime
    kind: str
    title: str
    record: str
    detail: str
    address: str
    is_read: bool


class PageOut(Out):
    """The newest first; `next` is where older ones are."""

    items: list[NotificationOut]
    next: str | None


class ReadIn(In):
    """The numbers of what was read; without them it is everything."""

    ids: Annotated[list[Key], Field(max_length=1_000)] | None = None


Kind = Annotated[str, Field(max_length=60)]


class MailIn(In):
    """How notifications come by mail; times are minutes since midnight in the site's zone."""

    mail: Literal["off", "once", "digest"] = "off"
    digest_at: Minute = 480
    quiet_from: Minute | None = None
    quiet_until: Minute | None = None
    rest_days: bool = False
    without: Annotated[list[Kind], Field(max_length=200, default_factory=list)]


class MailOut(Out):
    """What holds now."""

    mail: str
    digest_at: int
    quiet_from: int | None
    quiet_until: int | None
    rest_days: bool
    without: list[str]


class ReadOut(Out):
    """How many were unread until now."""

    read: int


@api.on("GET", "", summary=_l("List your own notifications"))
@needs(NOTIFICATION, Verb.QUERY)
def notifications(query: Asked) -> PageOut:
    """Answer the newest ones as their owner may see them now."""
    try:
        place = read_cursor(query.after, datetime) if query.after else None
    except DomainError as error:
        raise Refused(error.message, fields={"after": [error.message]}) from error
    found = newest(
        current_session(),
        reader_id(),
        unread=query.unread,
        before=place,
        limit=query.size + 1,
    )
    items = [
        NotificationOut(
            id=one.id,
            at=one.at,
            kind=one.kind,
            title=one.title,
            record=one.record,
            detail=one.detail,
            address=url_for("notifications.show", record_id=one.id),
            is_read=one.is_read,
        )
        for one in found[: query.size]
    ]
    following = None
    if len(found) > query.size:
        following = url_for(
            request.endpoint or "",
            after=write_cursor(items[-1].at, items[-1].id),
            size=query.size,
            unread=str(query.unread).lower(),
        )
    return PageOut(items=items, next=following)


@api.on("POST", "/read", summary=_l("Mark own notifications as read"))
@needs(NOTIFICATION, Verb.UPDATE)
def read(body: ReadIn) -> ReadOut:
    """Mark some, or all."""
    return ReadOut(read=mark_read(current_session(), reader_id(), body.ids))


@api.on("GET", "/mail", summary=_l("Read how notifications come by mail"))
@needs(NOTIFICATION, Verb.QUERY)
def mail() -> MailOut:
    """Answer what the caller chose, or what holds without a choice."""
    return own_choice(current_session())  # type: ignore[return-value]


@api.on("PATCH", "/mail", summary=_l("Choose how notifications come by mail"))
@needs(NOTIFICATION, Verb.UPDATE)
def choose_mail(body: MailIn) -> MailOut:
    """Change what is sent of the caller's own choice; the rest stays."""
    with unit_of_work() as session:
        row = own_choice(session)
        held = {name: getattr(row, name) for name in MailIn.model_fields}
        wish = Wish(**(held | body.model_dump(exclude_unset=True)))
        return choose(session, wish)  # type: ignore[return-value]
