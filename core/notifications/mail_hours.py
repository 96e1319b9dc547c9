"""When a letter may go: outside of quiet hours, on working days, a digest once a day."""

from datetime import date, datetime

from core.clock import site_zone
from core.notifications.mail_choices import DIGEST, OFF, Wish
from core.workcalendar.reckoning import WorkCalendar


def may_go(wish: Wish, instant: datetime, calendar: WorkCalendar, digest_on: date | None) -> bool:
    """Tell whether a letter may go to an account now; `digest_on` is the day of its last digest."""
    if wish.mail == OFF:
        return False
    here = instant.astimezone(site_zone())
    if not wish.rest_days and not calendar.is_working(here.date()):
        return False
    minute = here.hour * 60 + here.minute
    if wish.mail == DIGEST:  # its hour was chosen, so quiet hours do not hold it back
        return minute >= wish.digest_at and digest_on != here.date()
    return not is_quiet(wish, minute)


def is_quiet(wish: Wish, minute: int) -> bool:
    """Tell whether a minute of the day lies in the quiet hours, which may reach over midnight."""
    begin, end = wish.quiet_from, wish.quiet_until
    if begin is None or end is None or begin == end:
        return False
    if begin < end:
        return begin <= minute < end
    return minute >= begin or minute < end
