"""What the page of a year shows: twelve months, the days with a name, and the sums."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date, get_day_names
from flask import url_for
from sqlalchemy import select

from core.clock import today
from core.i18n import current_locale, localized
from core.i18n import format_date as written
from core.i18n import gettext as _
from core.unit_of_work import current_session
from core.workcalendar.hours import write_hours
from core.workcalendar.models import WorkYear
from core.workcalendar.reading import work_calendar
from core.workcalendar.reckoning import WorkCalendar

ONE = timedelta(days=1)
WEEK = range(7)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a month; `mark` is 休 or 班 where the week says otherwise or it has a name."""

    number: int
    title: str
    classes: str
    mark: str
    url: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its weeks from Monday on, None beside them, and its working days."""

    title: str
    weeks: list[list[Cell | None]]
    worked: int


@dataclass(frozen=True, slots=True)
class Named:
    """A day in the list below the months."""

    day: date
    weekday: str
    name: str
    working: bool
    hours: str
    url: str


@dataclass(frozen=True, slots=True)
class YearPage:
    """The whole page."""

    year: int
    months: list[Month]
    heads: list[tuple[str, str]]
    named: list[Named]
    worked: int
    rested: int
    confirmed: WorkYear | None

    @property
    def has_hours(self) -> bool:
        """Tell whether any day has hours of its own."""
        return any(one.hours for one in self.named)


def year_page(year: int, *, editable: bool) -> YearPage:
    """Return what is shown of a year; `editable` days are links to their forms."""
    calendar = work_calendar()
    months = [_month(calendar, date(year, number, 1), editable=editable) for number in range(1, 13)]
    worked = sum(month.worked for month in months)
    row = current_session().scalars(select(WorkYear).where(WorkYear.year == year)).one_or_none()
    return YearPage(
        year=year,
        months=months,
        heads=_heads(),
        named=[
            Named(
                day,
                format_date(day, "EEEE", locale=current_locale()),
                localized(special.name),
                special.working,
                write_hours(special.hours or ()),
                _link(calendar, day) if editable else "",
            )
            for day, special in sorted(calendar.days.items())
            if day.year == year
        ],
        worked=worked,
        rested=(date(year + 1, 1, 1) - date(year, 1, 1)).days - worked,
        confirmed=row if row is not None and row.confirmed_at else None,
    )


def _heads() -> list[tuple[str, str]]:
    narrow = get_day_names("narrow", "stand-alone", current_locale())
    wide = get_day_names("wide", "stand-alone", current_locale())
    return [(narrow[day], wide[day]) for day in WEEK]


def _month(calendar: WorkCalendar, first: date, *, editable: bool) -> Month:
    days = [first]
    while (days[-1] + ONE).month == first.month:
        days.append(days[-1] + ONE)
    cells: list[Cell | None] = [None] * first.weekday()
    cells += [_cell(calendar, day, editable=editable) for day in days]
    cells += [None] * (-len(cells) % 7)
    return Month(
        format_date(first, "LLLL", locale=current_locale()),
        [cells[start : start + 7] for start in range(0, len(cells), 7)],
        sum(map(calendar.is_working, days)),
    )


def _cell(calendar: WorkCalendar, day: date, *, editable: bool) -> Cell:
    special, working = calendar.days.get(day), calendar.is_working(day)
    kind = _("working day") if working else _("day of rest")
    name = localized(special.name) if special else ""
    said = [written(day), format_date(day, "EEEE", locale=current_locale()), name, kind]
    mark = ""
    if special is not None:
        mark = _("W") if working else _("R")
    return Cell(
        day.day,
        " · ".join(filter(None, said)),
        " ".join(
            name
            for name, is_so in (
                ("off", not working),
                ("today", day == today()),
                ("moved", special is not None and working),
                ("rest", special is not None and not working),
            )
            if is_so
        ),
        mark,
        _link(calendar, day) if editable else "",
    )


def _link(calendar: WorkCalendar, day: date) -> str:
    special = calendar.days.get(day)
    if special is not None:
        return url_for("workcalendar.edit_day", record_id=special.record_id)
    return url_for("workcalendar.new_day", day=day.isoformat())
