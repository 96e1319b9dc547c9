"""What the work calendar contributes."""

from core.audit.field_words import name_fields
from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import gives
from core.i18n import format_date
from core.i18n import lazy_gettext as _l
from core.workcalendar.api import api
from core.workcalendar.imports import WORK_DAY_IMPORT
from core.workcalendar.lists import KINDS, SOURCES
from core.workcalendar.models import WORK_CALENDAR, WorkDay, WorkYear
from core.workcalendar.settings import SETTINGS
from core.workcalendar.views import blueprint
from core.workcalendar.watching import WATCH

name_fields(
    WorkDay,
    {
        "day": _l("Day"),
        "working": _l("Kind"),
        "name": _l("Name"),
        "hours": _l("Own hours"),
        "source": _l("Source"),
    },
    labels={"working": KINDS, "source": SOURCES},
)
name_fields(
    WorkYear,
    {
        "year": _l("Year"),
        "confirmed_at": _l("Confirmed"),
        "confirmed_by": _l("Confirmed by"),
    },
    rows=_l("Year of the work calendar"),
)
register_models = gives(WorkDay, WorkYear)
register_resources = gives(
    Resource(
        key=WORK_CALENDAR,
        title=_l("Work calendar"),
        model=WorkDay,
        label=lambda one: format_date(one.day),
        endpoint="workcalendar.edit_day",
        actions=(Verb.QUERY, Verb.UPDATE, Verb.EXPORT, Verb.IMPORT),
        dimensions=(),
    )
)
register_blueprints = gives(blueprint, api)
register_settings = gives(*SETTINGS)
register_jobs = gives(WATCH)
register_exchanges = gives(WORK_DAY_IMPORT)
register_menus = gives(
    MenuItem(
        title=_l("Work calendar"),
        endpoint="workcalendar.show",
        needs=(WORK_CALENDAR, Verb.QUERY),
        icon="calendar",
        section="system",
        order=14,
    )
)
