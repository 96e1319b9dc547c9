"""Taking days from a file, as the official notice is passed round in offices."""

from collections.abc import Mapping
from typing import Any

from core.contributions import Exchange, ImportColumn
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.fields import parse_date
from core.workcalendar import services
from core.workcalendar.models import WORK_CALENDAR

WORKED = frozenset(
    "班 上班 工作 工作日 调休上班 补班 是 1 true yes y work worked working".split()  # noqa: SIM905
)
RESTED = frozenset(
    "休 休息 放假 假 休息日 节假日 否 0 false no n rest holiday off".split()  # noqa: SIM905
)


def apply(session: Any, row: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """Apply one row; see `Exchange.apply`. A day that is known is set to what the file says."""
    del options
    fields = _read(row)
    found = services.find_day(session, fields["day"])
    if found is None:
        services.add_day(session, source="file", **fields)
        return "created"
    wanted = {name: value for name, value in fields.items() if name != "day" and row.get(name)}
    wanted["working"] = fields["working"]
    if row.get("name_en") and "name" not in wanted:
        wanted["name"] = fields["name"]
    before = found.row_version
    services.change_day(session, found.id, row_version=found.row_version, source="file", **wanted)
    session.flush()
    return "unchanged" if found.row_version == before else "updated"


def _read(row: Mapping[str, str]) -> dict[str, Any]:
    try:
        day = parse_date(row.get("day", ""))
    except ValueError as error:
        raise Refused(str(error), fields={"day": [str(error)]}) from None
    if day is None:
        said = _("Please give the day, as 2026-10-01.")
        raise Refused(said, fields={"day": [said]})
    kind = row.get("working", "").strip().casefold()
    if kind not in WORKED | RESTED:
        said = _("Please write 班 or worked for a working day, 休 or rest for a day of rest.")
        raise Refused(said, fields={"working": [said]})
    name = {"zh": row.get("name", "") or row.get("name_en", ""), "en": row.get("name_en", "")}
    return {
        "day": day,
        "working": kind in WORKED,
        "name": {code: words for code, words in name.items() if words},
        "hours": row.get("hours", ""),
    }


WORK_DAY_IMPORT = Exchange(
    key="core.work_day",
    title=_l("Days of the work calendar"),
    resource=WORK_CALENDAR,
    columns=(
        ImportColumn(name="day", title=_l("Day"), aliases=("日期", "Date")),
        ImportColumn(
            name="working",
            title=_l("Kind"),
            aliases=("类型", "是否上班", "Working", "Type"),
            help=_l("班 or worked; 休 or rest."),
        ),
        ImportColumn(name="name", title=_l("Name"), aliases=("节日", "说明", "Holiday")),
        ImportColumn(name="name_en", title=_l("English name"), aliases=("英文名称",)),
        ImportColumn(name="hours", title=_l("Own hours"), aliases=("工作时间", "Hours")),
    ),
    apply=apply,
)
