"""The programming interface of the work calendar: days, filling, and counting."""

from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from core.access.decorators import needs, signed_in
from core.access.records import check_version
from core.api import Api, In, Out
from core.contributions import Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session, unit_of_work
from core.workcalendar import services
from core.workcalendar.hours import write_hours
from core.workcalendar.models import WORK_CALENDAR
from core.workcalendar.published import FIRST, LAST
from core.workcalendar.reading import work_calendar

api = Api("workcalendar_api", __name__, url_prefix="/api/v1/work-calendar")
MOST_DAYS = 1_100  # three years at once
MOST_MINUTES = 1_000_000
Hours = Annotated[str, Field(max_length=100)]
Words = Annotated[str, Field(max_length=services.LONGEST_NAME)]


class Range(In):
    """The days that are asked for: [since, until)."""

    since: date
    until: date


class CalendarDayOut(Out):
    """A day as it is counted; `id` only where the calendar itself says something of it."""

    day: date
    working: bool
    hours: str
    name: dict[str, str]
    id: int | None


class WorkDayOut(Out):
    """A day of which the calendar itself says something; `hours` empty: those of the week."""

    id: int
    row_version: int
    day: date
    working: bool
    name: dict[str, str]
    hours: str
    source: str


class DayName(In):
    """What a day is called, in one or both languages."""

    zh: Words = ""
    en: Words = ""


class WorkDayValues(In):
    """What may be said of a day."""

    working: bool = False
    name: DayName | None = None
    hours: Hours = ""


class NewWorkDay(WorkDayValues):
    """A day, and what is said of it."""

    day: date
    working: bool


class FilledOut(Out):
    """What filling a year changed; `kept` counts days that people had set otherwise."""

    added: int
    changed: int
    removed: int
    kept: int


class Counting(In):
    """An instant and so many minutes of working time, negative to count back."""

    start: AwareDatetime
    minutes: Annotated[int, Field(ge=-MOST_MINUTES, le=MOST_MINUTES, strict=False)]


class CountedOut(Out):
    """When that much working time has passed."""

    end: datetime


@api.on("GET", "/days", summary=_l("Read which days are worked, and when"))
@signed_in
def days(query: Range) -> list[CalendarDayOut]:
    """Answer every day of a range, three years at most."""
    length = (query.until - query.since).days
    if not (0 <= length <= MOST_DAYS and FIRST <= query.since.year <= LAST):
        said = _("Ask for at most %(days)s days between 2000 and 2100.", days=MOST_DAYS)
        raise Refused(said, fields={"until": [said]})
    calendar = work_calendar()
    found = []
    for number in range(length):
        day = query.since + timedelta(days=number)
        special, working = calendar.days.get(day), calendar.is_working(day)
        own = special.hours if special else None
        found.append(
            CalendarDayOut(
                day=day,
                working=working,
                hours=write_hours(calendar.hours if own is None else own) if working else "",
                name=dict(special.name) if special else {},
                id=special.record_id if special else None,
            )
        )
    return found


@api.on("GET", "/days/<int:record_id>", summary=_l("Read what is said of a day"))
@needs(WORK_CALENDAR, Verb.QUERY)
def show_day(record_id: int) -> WorkDayOut:
    """Answer one day of which the calendar says something."""
    return services.load_day(current_session(), record_id)  # type: ignore[return-value]


@api.on(
    "POST",
    "/days",
    summary=_l("Say of a day whether it is worked"),
    status=201,
    location="workcalendar_api.show_day",
)
@needs(WORK_CALENDAR, Verb.UPDATE)
def add_day(body: NewWorkDay) -> WorkDayOut:
    """Put a day into the calendar."""
    with unit_of_work() as session:
        made = services.add_day(session, **body.model_dump())
        return WorkDayOut.model_validate(services.load_day(session, made))


@api.on("PATCH", "/days/<int:record_id>", summary=_l("Change what is said of a day"))
@needs(WORK_CALENDAR, Verb.UPDATE)
def change_day(record_id: int, row_version: int, body: WorkDayValues) -> WorkDayOut:
    """Change the fields that are sent."""
    sent = body.model_dump(exclude_unset=True)
    with unit_of_work() as session:
        services.change_day(session, record_id, row_version=row_version, **sent)
        session.flush()
        return WorkDayOut.model_validate(services.load_day(session, record_id))


@api.on("DELETE", "/days/<int:record_id>", summary=_l("Let the week decide about a day again"))
@needs(WORK_CALENDAR, Verb.UPDATE)
def remove_day(record_id: int, row_version: int) -> None:
    """Take a day out of the calendar."""
    with unit_of_work() as session:
        check_version(services.load_day(session, record_id), row_version, {})
        services.remove_days(session, [record_id])


@api.on("POST", "/years/<int:year>/fill", summary=_l("Fill a year with the public holidays"))
@needs(WORK_CALENDAR, Verb.UPDATE)
def fill(year: int) -> FilledOut:
    """Take the public holidays of a year into the calendar; what people set stays."""
    with unit_of_work() as session:
        return services.fill_year(session, year)  # type: ignore[return-value]


@api.on("POST", "/years/<int:year>/confirm", summary=_l("Confirm a year"))
@needs(WORK_CALENDAR, Verb.UPDATE)
def confirm(year: int) -> None:
    """Note that the year was compared with the official notice."""
    with unit_of_work() as session:
        services.confirm_year(session, year)


@api.on("GET", "/working-time", summary=_l("Count working time from an instant"))
@signed_in
def working_time(query: Counting) -> CountedOut:
    """Answer the instant at which so much working time has passed."""
    if not FIRST <= query.start.year <= LAST:
        said = _("The calendar reaches from %(first)s to %(last)s.", first=FIRST, last=LAST)
        raise Refused(said, fields={"start": [said]})
    amount = timedelta(minutes=query.minutes)
    return CountedOut(end=work_calendar().add_time(query.start, amount))
