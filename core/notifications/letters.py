"""Writing letters: who is due, what they may be told at this moment, each thing once.

A schedule finds the accounts that have something new and gives each a job of its own, which runs
under the rights of that account: what it may no longer see is left out. Letter, deliveries and the
job that sends it are one commit.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from core.accounts.models import User
from core.actor import current_actor
from core.clock import now, site_zone
from core.config import site_config
from core.contributions import JobDef, Step, Verb
from core.database import insert_once
from core.errors import Refused
from core.i18n import format_date, ngettext
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun
from core.jobs.services import enqueue
from core.notifications.letter_models import Delivery, Letter, MailChoice, MailState
from core.notifications.mail_choices import DEFAULT_WAY, DIGEST, OFF, wish_of
from core.notifications.mail_hours import may_go
from core.notifications.models import NOTIFICATION, Notification
from core.notifications.queries import Shown, is_shown, shown
from core.organisation.models import Employee
from core.settings.services import get
from core.workcalendar.reading import work_calendar

MAIL = "mail"
NEW_FOR = timedelta(days=15)  # longer than any feast; what is older is in the inbox alone
FIRST = timedelta(days=1)  # how far back the first letter reaches
AGAIN = timedelta(hours=1)  # news that is counted on one line is told of again at most so often
MOST = 100  # lines of one letter
MOST_READ = 1_000
WRITE = "notifications.write_letter"
SEND = "notifications.send_letter"
TRIAL = "-trial-"


def _is_new(instant: datetime, since: Any) -> ColumnElement[bool]:
    """Tell of a notification whether its reader is still to be told of it by mail."""
    told = exists().where(
        Delivery.notification_id == Notification.id,
        Delivery.channel == MAIL,
        or_(Delivery.told_at >= Notification.at, Delivery.told_at > instant - AGAIN),
    )
    return and_(
        Notification.read_at.is_(None),
        Notification.at > instant - NEW_FOR,
        Notification.at > since,
        is_shown(),
        ~told,
    )


def find_due(run: JobRun) -> Step:
    """Give every account that has news and may be written to now a job of its own."""
    if site_config().mail == "":
        return Step(done=True)
    session, instant, calendar = run.session, now(), work_calendar()
    default = get(DEFAULT_WAY.key)
    since = func.coalesce(MailState.since, instant - FIRST)
    people: Any = (
        select(User.id, MailChoice, MailState)
        .join(Employee, Employee.id == User.employee_id)
        .outerjoin(MailChoice, MailChoice.user_id == User.id)
        .outerjoin(MailState, MailState.user_id == User.id)
        .where(User.active, Employee.email != "", User.id > run.cursor.get("after", 0))
        .where(exists().where(Notification.user_id == User.id, _is_new(instant, since)))
        .order_by(User.id)
    )
    if default == OFF:
        people = people.where(MailChoice.mail != OFF)
    for user_id, choice, state in session.execute(people).all():
        wish = wish_of(choice)
        if state is None:
            session.add(MailState(user_id=user_id, since=instant - FIRST))
        if may_go(wish, instant, calendar, state.digest_on if state else None):
            local = instant.astimezone(site_zone())
            once = f"{local:%Y%m%d}" if wish.mail == DIGEST else f"{local:%Y%m%d%H%M}"
            enqueue(
                session,
                WRITE,
                {"user": user_id, "key": once},
                idempotency_key=f"{WRITE}:{user_id}:{once}",
                as_user=user_id,
            )
        if run.time_is_up():
            return Step(cursor={"after": user_id})
    return Step(done=True)


def write_letter(run: JobRun) -> Step:
    """Write one letter to the account whose job this is, of all that is new and in its sight."""
    session: Any = run.session
    instant, user_id = now(), current_actor().user_id
    person = session.execute(
        select(Employee.email)
        .join(User, User.employee_id == Employee.id)
        .where(User.id == user_id, User.active)
    ).one_or_none()
    wish = wish_of(session.get(MailChoice, user_id))
    # whoever writes to the same person meanwhile waits here, and then finds nothing new
    state = session.get(MailState, user_id, with_for_update=True)
    may_read = session.access.may(NOTIFICATION, Verb.QUERY)
    if person is None or state is None or not person.email or wish.mail == OFF or not may_read:
        return Step(done=True)
    fresh = select(Notification).where(
        Notification.user_id == user_id, _is_new(instant, state.since)
    )
    order = (Notification.at.desc(), Notification.id.desc())
    rows = session.scalars(fresh.order_by(*order).limit(MOST_READ)).all()
    wanted = [row for row in rows if row.kind not in wish.without]
    # what its reader may no longer see is a neutral sentence in the inbox and no letter's matter
    lines = [one for one in shown(session, wanted, links=False) if not one.is_hidden]
    letter_id = None
    if lines:
        key, says = f"-{run.payload['key']}", (_subject(lines), _body(lines))
        letter_id = _keep(session, key, person.email, *says)
    _note(session, rows, letter_id)
    if wish.mail == DIGEST:
        state.digest_on = instant.astimezone(site_zone()).date()
    return Step(done=True)


def write_trial(session: Any, address: str) -> None:
    """Write the reader a letter that says nothing but that letters arrive.

    Raises Refused for a second one within a minute.
    """
    mine = select(func.max(Letter.made_at)).where(Letter.user_id == current_actor().user_id)
    last = session.scalar(mine.where(Letter.key.contains(TRIAL)))
    if last is not None and last > now() - timedelta(minutes=1):
        raise Refused(_("A letter was sent to you a moment ago. Wait a minute before the next."))
    said = _("Letters from Sunmao arrive.")
    _keep(session, f"{TRIAL}{now():%Y%m%d%H%M%S%f}", address, said, f"{said}\n")


def _keep(session: Any, key: str, address: str, subject: str, body: str) -> int:
    """Store a letter to the actor and the job that sends it; return its id."""
    letter = Letter(
        key=f"{current_actor().user_id}{key}",
        user_id=current_actor().user_id,
        recipient=address,
        subject=subject[:300],
        body=body,
        made_at=now(),
    )
    session.add(letter)
    session.flush()
    once = f"{SEND}:{letter.id}"
    enqueue(session, SEND, {"letter": letter.id}, idempotency_key=once, as_system=True)
    return letter.id


def _subject(lines: Sequence[Shown]) -> str:
    if len(lines) == 1:
        return " ".join(lines[0].title.split())
    return ngettext(
        "%(num)s piece of news, %(day)s",
        "%(num)s pieces of news, %(day)s",
        len(lines),
        day=format_date(now()),
    )


def _body(lines: Sequence[Shown]) -> str:
    site = site_config().site_url.rstrip("/")
    parts = []
    for one in lines[:MOST]:
        words = [one.title, *(f"  {part}" for part in (one.record, one.detail) if part)]
        if site:
            words.append(f"  {site}/notifications/{one.id}")
        parts.append("\n".join(words))
    if len(lines) > MOST:
        parts.append(_("And %(number)s more in your inbox.", number=len(lines) - MOST))
    parts.append("-- \n" + _("Sunmao tells you this as you chose under “Notifications by mail”."))
    if site:
        parts[-1] += f"\n{site}/account/mail"
    return "\n\n".join(parts) + "\n"


def _note(session: Any, rows: Iterable[Notification], letter_id: int | None) -> None:
    values = [
        {"notification_id": row.id, "channel": MAIL, "told_at": now(), "letter_id": letter_id}
        for row in rows
    ]
    if not values:
        return
    statement: Any = insert_once(session)(Delivery).values(values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["notification_id", "channel"],
            set_={
                "told_at": statement.excluded.told_at,
                "letter_id": statement.excluded.letter_id,
            },
        )
    )


FIND_DUE = JobDef(
    kind="notifications.letters",
    title=_l("Look for whom there is news to send by mail"),
    step=find_due,
    every=timedelta(minutes=1),
)
WRITE_LETTER = JobDef(kind=WRITE, title=_l("Write a letter of notifications"), step=write_letter)
