"""The work calendar of the demonstration: this year looked over, the next one still to be."""

from core.access.guarded_session import GuardedSession
from core.clock import today
from core.workcalendar import services


def seed_work_calendar(session: GuardedSession) -> None:
    """Fill both years; what is there already stays as it is."""
    year = today().year
    first = services.fill_year(session, year)
    if first.added:
        services.confirm_year(session, year)
    services.fill_year(session, year + 1)
