"""The list of unused rights, and what of it goes into a file."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, case, cast, literal, null

from addons.rights.lists import ASSIGNMENTS
from addons.rights.models import Assignment
from addons.rights.unused import APART, Unused, findings
from addons.rights.words import SUBJECTS, subject_titles
from core.contributions import Verb
from core.i18n import lazy_gettext as _l
from core.web.lists import BulkAction, Column, Facet, ListSpec

NEVER = date(1, 1, 1)  # sorts before every day
TOGETHER = {key: words for key, words in SUBJECTS.items() if key not in APART}
SEEN: Mapping[str, Any] = {"never": _l("never"), "before": _l("longer ago")}


def _source() -> Select[Any]:
    return ASSIGNMENTS.source().where(Assignment.id.in_(findings().together))


def _whole_source() -> Select[Any]:
    return ASSIGNMENTS.source().where(Assignment.id.in_(findings().rows))


def _by(value: Any) -> dict[Any, list[int]]:
    """Return the ids of what is unused by a value of each, so that SQL names each value once."""
    found: dict[Any, list[int]] = defaultdict(list)
    for key, one in findings().rows.items():
        found[value(one)].append(key)
    return found


def _holders() -> Any:
    whens = [
        (Assignment.id.in_(keys), literal(number, Integer))
        for number, keys in sorted(_by(lambda one: one.holders).items())
    ]
    return case(*whens, else_=0) if whens else literal(0, Integer)


def _last_on() -> Any:
    return _days(cast(null(), Date))


def _last_or_never() -> Any:
    return _days(literal(NEVER, Date))


def _days(otherwise: Any) -> Any:
    days = _by(lambda one: one.last_on)
    days.pop(None, None)
    whens = [(Assignment.id.in_(days[day]), literal(day, Date)) for day in sorted(days)]
    return case(*whens, else_=otherwise) if whens else otherwise


def _seen() -> Any:
    never = _by(lambda one: one.last_on).get(None, [])
    return case((Assignment.id.in_(never), "never"), else_="before")


def whom(rows: Mapping[int, Unused]) -> dict[int, str]:
    """Return by id to whom these are given, in words."""
    named = {key: (one.assignment.subject, one.assignment.subject_id) for key, one in rows.items()}
    titles = subject_titles(named.values())
    return {key: titles[subject] for key, subject in named.items()}


def _whom() -> dict[int, str]:
    return whom(findings().rows)


def _given() -> Mapping[str, Column]:
    return ASSIGNMENTS.column_by_key


UNUSED = ListSpec(
    key="rights.unused",
    resource=ASSIGNMENTS.resource,
    title=_l("Unused rights"),
    endpoint="rights.unused",
    record_endpoint="rights.show_assignment",
    id=Assignment.id,
    source=_source,
    columns=(
        _given()["duty"],
        Column("whom", _l("To whom"), Assignment.id, labels=_whom, sortable=False, phone="p3"),
        replace(_given()["subject"], title=_l("Kind"), sub=None, phone=None),
        Column("holders", _l("Holders"), _holders, kind="number"),
        Column("last", _l("Last use"), _last_on, kind="date", sort=_last_or_never, phone="p2"),
        replace(_given()["given"], shown=True, phone="p4"),
        _given()["by"],
    ),
    facets=(
        Facet("seen", _l("Last use"), _seen, choices=SEEN),
        ASSIGNMENTS.facet_by_key["duty"],
        replace(ASSIGNMENTS.facet_by_key["subject"], title=_l("Kind"), choices=TOGETHER),
    ),
    search=ASSIGNMENTS.search,
    search_hint=ASSIGNMENTS.search_hint,
    sort="last",
    bulk=(
        BulkAction("end", _l("End…"), "rights.end_unused", icon="x", action=Verb.DELETE),
        BulkAction("review", _l("Review these…"), "rights.review_unused", icon="check"),
    ),
    export_endpoint="rights.export_unused",
    empty_title=_l("No unused right"),
    empty_text=_l("Of everything that is given, somebody concerned has used something."),
)
YOUNG = replace(
    UNUSED,
    empty_title=_l("It cannot be told yet"),
    empty_text=_l("What people use has not been recorded for long enough."),
)
UNUSED_FILE = replace(UNUSED, source=_whole_source)
