"""Word before an end: holders and administrators are told in time that an assignment runs out."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from addons.rights.delegation_models import DELEGATION
from addons.rights.models import ASSIGNMENT, Assignment, Duty, Subject
from addons.rights.review_models import REVIEW
from addons.rights.words import subject_title
from core.clock import now, site_zone, today
from core.contributions import EventType, JobDef, SettingDef, Step
from core.i18n import format_date, localized
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.notifications.services import Notice, notify
from core.settings.services import get
from core.workcalendar.reading import work_calendar

DAYS = "rights.notice_days"
LAST_DAYS = 3  # told once more so many working days before, if the first word came earlier
LONGEST_REST = timedelta(days=20)  # three working days are no further, feasts included
SETTINGS = (
    SettingDef(
        key=DAYS,
        title=_l("Days before the end of an assignment on which people are told"),
        type="int",
        default=14,
        minimum=0,
        maximum=90,
        help=_l("Told again three working days before. 0: nobody is told."),
    ),
)
NEWS = (  # what the inbox calls the lines of this add-on
    EventType(key="rights.ends", title=_l("Rights that end soon"), resource=ASSIGNMENT),
    EventType(key="rights.delegation", title=_l("Substitutes"), resource=DELEGATION),
    EventType(key="rights.review", title=_l("Reviews of rights"), resource=REVIEW),
)


def tell_of_ends(run: Any) -> Step:
    """Tell of each assignment that ends soon, once for each distance; some in each step."""
    ahead = int(get(DAYS))
    instant, calendar = now(), work_calendar()
    soon = timedelta(days=ahead)
    ending = (
        select(Assignment)
        .join(Duty)
        .where(
            Duty.active,
            Assignment.ended_at.is_(None),
            Assignment.valid_to > instant,
            Assignment.valid_to <= instant + max(soon, LONGEST_REST),
            Assignment.id > run.cursor.get("after", 0),
        )
        .order_by(Assignment.id)
    )
    for one in run.session.scalars(ending).unique() if ahead else ():
        last = today() >= calendar.add_days(_last_day(one), 1 - LAST_DAYS)
        if last or one.valid_to <= instant + soon:
            _tell(run.session, one, last=last)
        if run.time_is_up():
            return Step(cursor={"after": one.id})
    return Step(done=True)


TELL_OF_ENDS = JobDef(
    kind="rights.tell_of_ends",
    title=_l("Tell people whose rights end soon"),
    step=tell_of_ends,
    every=timedelta(days=1),
)


def _tell(session: Any, one: Assignment, *, last: bool) -> None:
    end, day = one.valid_to or now(), _last_day(one)
    name, subject = one.duty.name, (one.subject, one.subject_id)
    key = f"rights:ends:{one.id}:{end:%Y%m%d%H%M}:{'last' if last else 'soon'}"

    def said() -> dict[str, str]:  # asked for once in each language
        return {"duty": localized(name), "day": format_date(day)}

    def mine() -> str:
        if one.allow:
            return _("Your duty “%(duty)s” ends with %(day)s", **said())
        return _("What bars you from “%(duty)s” ends with %(day)s", **said())

    def theirs() -> str:
        return _("An assignment ends with %(day)s", day=format_date(day))

    def which() -> str:
        return _("%(duty)s, to: %(holder)s", duty=localized(name), holder=subject_title(*subject))

    if one.subject == Subject.USER:
        notify(session, _notice(f"{key}:mine", mine, owner="rights"), users=[one.subject_id])
    about: dict[str, Any] = {"resource": ASSIGNMENT, "record_id": one.id, "detail": which}
    notify(session, _notice(key, theirs, **about), administrators=True)


def _last_day(one: Assignment) -> date:
    """Return the last day of an assignment: its end, often midnight, is not part of it."""
    return ((one.valid_to or now()) - timedelta(seconds=1)).astimezone(site_zone()).date()


def _notice(key: str, title: Callable[[], str], **more: Any) -> Notice:
    return Notice(kind="rights.ends", key=key, title=title, **more)
