"""The rail of a record page: remarks and acts in one line of time, and whether one follows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for

from core.audit.queries import HistoryEntry, history
from core.contributions import Verb
from core.i18n import gettext as _
from core.remarks.following import follows
from core.remarks.models import REMARK
from core.remarks.queries import RemarkView, remarks_of
from core.remarks.subject import has_page, subject_of
from core.unit_of_work import current_unit

SHOWN = 30
ALONE = 200  # remarks, where nothing else is shown
REMARKS, CHANGES = "remarks", "changes"


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing in the line of time: an act or a remark."""

    at: datetime
    act: HistoryEntry | None = None
    remark: RemarkView | None = None


@dataclass(frozen=True, slots=True)
class Rail:
    """What stands beside a record; without an address nothing can be written or followed."""

    moments: list[Moment]
    views: list[tuple[str, str | None, bool]]
    follows: bool = False
    follow_url: str | None = None
    write_url: str | None = None


def rail_of(resource: str, record_id: int, record: object) -> Rail:
    """Return the newest acts and remarks; the caller has loaded the record under its own right."""
    unit, view = current_unit(), request.args.get("rail", "")
    moments: list[Moment] = []
    if view != REMARKS:
        acts = history(unit.session, resource, record_id, limit=SHOWN)
        moments += [Moment(act.at, act=act) for act in acts]
    if not has_page(resource) or not unit.access.may(REMARK, Verb.QUERY):
        return Rail(moments, [])
    if view != CHANGES:
        limit = ALONE if view == REMARKS else SHOWN
        found = remarks_of(unit.session, resource, record_id, limit=limit)
        moments += [Moment(one.at, remark=one) for one in found]
    moments.sort(key=lambda moment: moment.at, reverse=True)
    own: dict[str, Any] = {"resource": resource, "record_id": record_id}
    known = (("", _("All")), (REMARKS, _("Remarks")), (CHANGES, _("Changes")))
    return Rail(
        moments if view == REMARKS else moments[:SHOWN],
        [(title, code or None, code == view) for code, title in known],
        follows(unit.session, subject_of(resource, record_id, record), unit.actor.user_id),
        url_for("remarks.follow", **own),
        url_for("remarks.write", **own) if unit.access.may(REMARK, Verb.CREATE) else None,
    )
