"""What the site settles about its week, and whose public holidays it follows."""

from typing import Any

from core.contributions import SettingDef
from core.errors import Refused
from core.i18n import lazy_gettext as _l
from core.workcalendar.hours import read_hours
from core.workcalendar.published import check_country

WEEKS = {
    "mon-fri": frozenset(range(5)),
    "mon-sat": frozenset(range(6)),
    "sun-thu": frozenset({6, 0, 1, 2, 3}),
    "all": frozenset(range(7)),
}


def _check_hours(_key: str, _old: Any, new: Any) -> None:
    try:
        read_hours(new)
    except ValueError as error:
        raise Refused(str(error), fields={HOURS.key: [str(error)]}) from None


def _check_country(_key: str, _old: Any, new: Any) -> None:
    check_country(new, COUNTRY.key)


WEEK = SettingDef(
    key="core.working_week",
    title=_l("Working week"),
    type="choice",
    default="mon-fri",
    choices=(
        ("mon-fri", _l("Monday to Friday")),
        ("mon-sat", _l("Monday to Saturday")),
        ("sun-thu", _l("Sunday to Thursday")),
        ("all", _l("Every day")),
    ),
)
HOURS = SettingDef(
    key="core.working_hours",
    title=_l("Working hours"),
    type="text",
    default="08:30-12:00, 13:30-17:30",
    help=_l("Of every working day that has none of its own in the work calendar."),
    guard=_check_hours,
)
COUNTRY = SettingDef(
    key="core.public_holidays",
    title=_l("Country of the public holidays"),
    type="text",
    default="CN",
    help=_l("Two letters, as CN. The work calendar is filled with the holidays of this country."),
    guard=_check_country,
)
SETTINGS = (WEEK, HOURS, COUNTRY)
