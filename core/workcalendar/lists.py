"""The list of days of which the calendar says something itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, cast, extract, select

from core.contributions import Verb
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session
from core.web.lists import BulkAction, Choice, Column, Facet, ListSpec
from core.workcalendar.models import WORK_CALENDAR, WorkDay

KINDS = {False: _l("rest"), True: _l("worked")}
SOURCES = {
    "published": _l("public holidays"),
    "file": _l("from a file"),
    "hand": _l("set by hand"),
}


def _years() -> Sequence[Choice]:
    year = extract("year", WorkDay.day)
    found = current_session().scalars(select(year).distinct().order_by(year.desc()))
    return [Choice(str(int(one)), str(int(one))) for one in found]


def _in_years(values: Sequence[Any]) -> Any:
    return extract("year", WorkDay.day).in_([int(value) for value in values])


WORK_DAYS = ListSpec(
    key="core.workday",
    resource=WORK_CALENDAR,
    title=_l("Days of the calendar"),
    endpoint="workcalendar.days",
    record_endpoint="workcalendar.edit_day",
    id=WorkDay.id,
    source=lambda: select().select_from(WorkDay),
    columns=(
        Column("day", _l("Day"), WorkDay.day, kind="date", phone="p1"),
        Column("name", _l("Name"), WorkDay.name, kind="name", sortable=False, phone="p3"),
        Column(
            "working",
            _l("Kind"),
            WorkDay.working,
            kind="tag",
            labels=KINDS,
            tones={True: "warn", False: "ok"},
            phone="p2",
        ),
        Column("hours", _l("Own hours"), WorkDay.hours, sortable=False, phone="p4"),
        Column("source", _l("Source"), WorkDay.source, labels=SOURCES),
    ),
    facets=(
        Facet("year", _l("Year"), extract("year", WorkDay.day), choices=_years,
              condition=_in_years),
        Facet("working", _l("Kind"), WorkDay.working, choices=KINDS),
        Facet("source", _l("Source"), WorkDay.source, choices=SOURCES),
    ),
    search=(cast(WorkDay.name, String),),
    search_hint=_l("Name"),
    sort="-day",
    export_endpoint="workcalendar.export",
    bulk=(
        BulkAction(
            "remove",
            _l("Take out"),
            "workcalendar.remove",
            icon="x",
            action=Verb.UPDATE,
        ),
    ),
    empty_title=_l("Only the week decides"),
    empty_text=_l("Fill a year with the public holidays, import a file, or set a day by hand."),
)  # fmt: skip
