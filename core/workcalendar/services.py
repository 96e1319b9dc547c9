"""Changing the calendar: a day by hand, a year from the public holidays, a year looked over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.guarded_session import GuardedSession
from core.access.records import check_version, require
from core.actor import current_actor
from core.clock import now
from core.contributions import Verb
from core.errors import Conflict, NotFound, Refused
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.settings.kept import changed
from core.settings.services import get
from core.workcalendar.hours import read_hours, write_hours
from core.workcalendar.models import WORK_CALENDAR, WorkDay, WorkYear
from core.workcalendar.published import FIRST, LAST, published_days
from core.workcalendar.settings import COUNTRY

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling a year did; `kept` counts days that people had set otherwise."""

    added: int
    changed: int
    removed: int
    kept: int


def add_day(session: GuardedSession, *, source: str = "hand", **fields: Any) -> int:
    """Say of a day whether it is worked; return its id.

    Raises Refused for what does not fit, Conflict where the day is in the calendar already.
    """
    require(WORK_CALENDAR, Verb.UPDATE)
    values = _checked(**fields)
    if find_day(session, values["day"]) is not None:
        raise Conflict(_("This day is in the calendar already. Open it to change it."))
    added = WorkDay(**values, source=source)
    session.add(added)
    session.flush()
    changed(session)
    return added.id


def change_day(
    session: GuardedSession,
    record_id: int,
    *,
    row_version: int,
    source: str = "hand",
    **fields: Any,
) -> None:
    """Change a day; whoever does it by hand owns it from then on."""
    require(WORK_CALENDAR, Verb.UPDATE)
    kept = load_day(session, record_id)
    check_version(kept, row_version, fields)
    stored = {name: getattr(kept, name) for name in FIELDS}
    values = _checked(day=kept.day, **(stored | fields))
    if any(getattr(kept, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(kept, name, value)
        kept.source = source
        changed(session)


def remove_days(session: GuardedSession, ids: Sequence[int]) -> int:
    """Let the week decide about these days again; return how many there were."""
    require(WORK_CALENDAR, Verb.UPDATE)
    found = session.scalars(select(WorkDay).where(WorkDay.id.in_(ids))).all()
    for one in found:
        session.delete(one)
    if found:
        changed(session)
    return len(found)


def fill_year(session: GuardedSession, year: int) -> Filled:
    """Take the public holidays of a year into the calendar, as the settings name the country.

    What people set by hand or from a file stays; what an earlier filling brought follows the
    notice. The year is to be looked over again where anything changed. Raises Refused for years
    before 2000 or after 2100.
    """
    require(WORK_CALENDAR, Verb.UPDATE)
    _check_year(year)
    wanted = published_days(get(COUNTRY.key), year)
    kept = {one.day: one for one in session.scalars(select(WorkDay).where(_in_year(year)))}
    added = moved = stayed = 0
    for day, published in wanted.items():
        values: dict[str, Any] = {"working": published.working, "name": published.name}
        one = kept.pop(day, None)
        if one is None:
            session.add(WorkDay(day=day, hours="", source="published", **values))
            added += 1
        elif one.source != "published":
            stayed += one.working != published.working
        elif (one.working, one.name) != (published.working, published.name):
            one.working, one.name = published.working, published.name
            moved += 1
    gone = [one for one in kept.values() if one.source == "published"]
    for one in gone:
        session.delete(one)
    if added or moved or gone:
        _year(session, year).confirmed_at = None
        changed(session)
    return Filled(added, moved, len(gone), stayed)


def confirm_year(session: GuardedSession, year: int) -> None:
    """Note that somebody compared a year with the official notice."""
    require(WORK_CALENDAR, Verb.UPDATE)
    _check_year(year)
    row = _year(session, year)
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by = now(), current_actor().label[:200]
        changed(session)


def load_day(session: Session, record_id: int) -> WorkDay:
    """Return one day of the calendar; raise NotFound."""
    found = session.get(WorkDay, record_id)
    if found is None:
        raise NotFound(_("The calendar says nothing of its own about this day."))
    return found


def find_day(session: Session, day: date) -> WorkDay | None:
    """Return what the calendar says of a date itself, if it does."""
    return session.scalars(select(WorkDay).where(WorkDay.day == day)).one_or_none()


FIELDS = ("working", "name", "hours")


def _checked(
    *, day: date, working: bool, name: Mapping[str, str] | None = None, hours: str | None = ""
) -> dict[str, Any]:
    _check_year(day.year, "day")
    name = {code: words for code, words in (name or {}).items() if words}
    wrong = [wrong_text(words) for words in name.values()]
    if any(wrong) or any(len(words) > LONGEST_NAME for words in name.values()):
        said = next((one for one in wrong if one), None) or _("This name is too long.")
        raise Refused(said, fields={"name": [said]})
    spans = (hours or "").strip()
    if spans and not working:
        said = _("A day of rest has no working hours.")
        raise Refused(said, fields={"hours": [said]})
    try:
        spans = write_hours(read_hours(spans)) if spans else ""
    except ValueError as error:
        raise Refused(str(error), fields={"hours": [str(error)]}) from None
    return {"day": day, "working": working, "name": name, "hours": spans}


def _check_year(year: int, field: str = "year") -> None:
    if not FIRST <= year <= LAST:
        said = _("The calendar reaches from %(first)s to %(last)s.", first=FIRST, last=LAST)
        raise Refused(said, fields={field: [said]})


def _in_year(year: int) -> Any:
    return WorkDay.day.between(date(year, 1, 1), date(year, 12, 31))


def _year(session: GuardedSession, year: int) -> WorkYear:
    found = session.scalars(select(WorkYear).where(WorkYear.year == year)).one_or_none()
    if found is None:
        found = WorkYear(year=year)
        session.add(found)
    return found
