"""Saying in time that a coming year is not in the calendar yet."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from core.clock import today
from core.contributions import JobDef, Step
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.notifications.services import Notice, notify
from core.workcalendar.models import WorkYear

AHEAD = timedelta(days=60)


def years_needed() -> tuple[int, int]:
    """Return this year and the one in which the next 60 days end, which may be the same."""
    return today().year, (today() + AHEAD).year


def confirmed(year: int | None = None) -> ColumnElement[bool]:
    """Return the question whether a year, or any, is confirmed, for somebody's statement."""
    found = exists().where(WorkYear.confirmed_at.is_not(None))
    return found if year is None else found.where(WorkYear.year == year)


def open_year(years: tuple[int, int], any_is: bool, this_is: bool, soon_is: bool) -> int | None:  # noqa: FBT001
    """Return which of the years is not confirmed, None if all is well.

    A site that has never confirmed a year counts by the week alone and is not told.
    """
    if not any_is or (this_is and soon_is):
        return None
    return years[1] if this_is else years[0]


def _tell(run: Any) -> Step:
    years = years_needed()
    marks = run.session.execute(select(confirmed(), confirmed(years[0]), confirmed(years[1]))).one()
    year = open_year(years, *marks)
    if year is not None:
        notice = Notice(
            kind="core.work_calendar",
            key=f"core:work_calendar:{year}",
            title=lambda: _("The work calendar of %(year)s is not confirmed", year=year),
            detail=lambda: _("Until then, dates in that year are counted by the week alone."),
            endpoint="workcalendar.show",
            arguments={"year": year},
        )
        notify(run.session, notice, administrators=True)
    return Step(done=True)


WATCH = JobDef(
    kind="workcalendar.watch",
    title=_l("Look whether the coming year is in the work calendar"),
    step=_tell,
    every=timedelta(days=1),
)
