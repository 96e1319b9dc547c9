"""What the calendar says now, for everybody who counts by it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from core.clock import site_zone
from core.settings.kept import kept
from core.settings.services import get
from core.unit_of_work import current_unit
from core.workcalendar.hours import read_hours
from core.workcalendar.models import WorkDay, WorkYear
from core.workcalendar.reckoning import Special, WorkCalendar
from core.workcalendar.settings import HOURS, WEEK, WEEKS

CACHE = "sunmao_work_calendar"


def work_calendar() -> WorkCalendar:
    """Return the site's calendar; two statements at most, none where the process knows it."""
    return kept(CACHE, _read)


def _read() -> WorkCalendar:
    session = current_unit().session
    columns = (
        WorkDay.id,
        WorkDay.day,
        WorkDay.working,
        WorkDay.name,
        WorkDay.hours,
        WorkDay.source,
    )
    days: Mapping[date, Any] = {row.day: row for row in session.execute(select(*columns))}
    years = session.scalars(select(WorkYear.year).where(WorkYear.confirmed_at.is_not(None)))
    return WorkCalendar(
        week=WEEKS[get(WEEK.key)],
        hours=read_hours(get(HOURS.key)),
        days={
            day: Special(
                row.id,
                row.working,
                row.name,
                read_hours(row.hours) if row.hours else None,
                row.source,
            )
            for day, row in days.items()
        },
        confirmed=frozenset(years),
        zone=site_zone(),
    )
