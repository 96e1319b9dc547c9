"""Pages of the work calendar: the year for everybody, days and filling for administrators."""

from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs, signed_in
from core.clock import today
from core.contributions import Verb
from core.errors import NotFound
from core.exchange.export_views import export_response
from core.i18n import format_date, ngettext
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session, current_unit
from core.web.answering import answer, press
from core.web.forms import (
    DateField,
    Form,
    NameField,
    Section,
    SelectField,
    TextField,
    parse_date,
)
from core.web.lists import render_list
from core.web.records import Crumb
from core.workcalendar import services
from core.workcalendar.lists import WORK_DAYS
from core.workcalendar.models import WORK_CALENDAR
from core.workcalendar.published import FIRST, LAST
from core.workcalendar.services import LONGEST_NAME, Filled
from core.workcalendar.year_page import year_page

blueprint = Blueprint("workcalendar", __name__, template_folder="templates")


class DayForm(Form):
    """Whether a day is worked, what it is called, and hours of its own."""

    working = SelectField(
        _l("Kind"),
        choices=lambda: [(False, _("Day of rest")), (True, _("Working day"))],
        coerce=lambda text: text == "True",
        required=True,
    )
    name = NameField(_l("Name"), limit=LONGEST_NAME, span=4)
    hours = TextField(
        _l("Own hours"),
        limit=100,
        span=4,
        hint=_l("Only where they differ from other days, as 08:30-12:00."),
    )


class NewDayForm(DayForm):
    """The same, and which day it is."""

    sections = (Section(None, "day", "working", "name", "hours"),)
    day = DateField(_l("Day"), required=True)


@blueprint.get("/work-calendar")
@signed_in
def show() -> ResponseReturnValue:
    """Show a year: the present one, or the one in the address."""
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0  # noqa: PLR2004
    if asked and not FIRST <= year <= LAST:
        raise NotFound(
            _("The calendar reaches from %(first)s to %(last)s.", first=FIRST, last=LAST)
        )
    editable = current_unit().access.may(WORK_CALENDAR, Verb.UPDATE)
    return render_template(
        "workcalendar/year.html",
        page=year_page(year or today().year, editable=editable),
        editable=editable,
        listed=current_unit().access.may(WORK_CALENDAR, Verb.QUERY),
        first=FIRST,
        last=LAST,
    )


@blueprint.get("/admin/work-calendar/days")
@needs(WORK_CALENDAR, Verb.QUERY)
def days() -> ResponseReturnValue:
    """List the days of which the calendar says something itself."""
    return render_list(WORK_DAYS, create="workcalendar.new_day")


@blueprint.get("/admin/work-calendar/days/export")
@needs(WORK_CALENDAR, Verb.EXPORT)
def export() -> ResponseReturnValue:
    """Give the list as a file."""
    return export_response(WORK_DAYS)


@blueprint.route("/admin/work-calendar/days/new", methods=["GET", "POST"])
@needs(WORK_CALENDAR, Verb.UPDATE)
def new_day() -> ResponseReturnValue:
    """Say of a day whether it is worked; the address may name it."""
    try:
        day = parse_date(request.args.get("day", ""))
    except ValueError:
        day = None
    form = NewDayForm(day=day, working=False)
    return answer(
        form,
        lambda session: services.add_day(session, **form.values()),
        _year_of(day),
        title=_("New day"),
        crumbs=_crumbs(),
    )


@blueprint.route("/admin/work-calendar/days/<int:record_id>", methods=["GET", "POST"])
@needs(WORK_CALENDAR, Verb.UPDATE)
def edit_day(record_id: int) -> ResponseReturnValue:
    """Change a day, or take it out of the calendar."""
    found = services.load_day(current_session(), record_id)
    form = DayForm.for_record(found)
    return answer(
        form,
        lambda session: services.change_day(session, record_id, **form.changes()),
        _year_of(found.day),
        title=_("Edit day"),
        template="workcalendar/day.html",
        crumbs=_crumbs(),
        sub=format_date(found.day),
        record_id=record_id,
    )


@blueprint.post("/admin/work-calendar/days/remove")
@needs(WORK_CALENDAR, Verb.UPDATE)
def remove() -> ResponseReturnValue:
    """Let the week decide about the chosen days again."""
    ids = list(current_session().scalars(WORK_DAYS.selection(request.form).limit(1000)))
    return press(
        lambda session: services.remove_days(session, ids),
        url_for("workcalendar.days"),
        said=lambda gone: ngettext("%(num)s day taken out.", "%(num)s days taken out.", gone),
    )


@blueprint.post("/admin/work-calendar/<int:year>/fill")
@needs(WORK_CALENDAR, Verb.UPDATE)
def fill(year: int) -> ResponseReturnValue:
    """Take the public holidays of a year into the calendar."""
    return press(
        lambda session: services.fill_year(session, year),
        url_for("workcalendar.show", year=year),
        said=_filled,
    )


@blueprint.post("/admin/work-calendar/<int:year>/confirm")
@needs(WORK_CALENDAR, Verb.UPDATE)
def confirm(year: int) -> ResponseReturnValue:
    """Note that a year was compared with the official notice."""
    return press(
        lambda session: services.confirm_year(session, year),
        url_for("workcalendar.show", year=year),
        said=_("The year is confirmed."),
    )


def _filled(done: Filled) -> str:
    if not (done.added or done.changed or done.removed or done.kept):
        return _("The public holidays are in the calendar already.")
    return _(
        "Added: %(added)s, changed: %(changed)s, taken out: %(removed)s, kept as people set "
        "them: %(kept)s. Compare with the official notice, then confirm the year.",
        added=done.added,
        changed=done.changed,
        removed=done.removed,
        kept=done.kept,
    )


def _year_of(day: date | None) -> str:
    return url_for("workcalendar.show", year=day.year if day else None)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Work calendar"), url_for("workcalendar.show"))]
