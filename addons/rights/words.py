"""What the pages of rights call things."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from addons.rights.duties import ANY, all_verbs
from addons.rights.models import NAMED, Subject
from addons.rights.subjects import Named, names_of
from core.access.words import resource_words, verb_words
from core.clock import now, site_zone
from core.i18n import format_datetime, join_words, localized, spoken
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session

SUBJECTS: Mapping[str, Any] = {
    Subject.USER.value: _l("one person"),
    Subject.POSITION.value: _l("a position"),
    Subject.GRADE.value: _l("a manager grade"),
    Subject.HEADS.value: _l("heads of units"),
    Subject.EVERYONE.value: _l("everybody"),
    Subject.ADMINISTRATORS.value: _l("administrators"),
}
EFFECTS: Mapping[bool, Any] = {True: _l("gives"), False: _l("denies")}
STATES: Mapping[str, Any] = {
    "live": _l("in force"),
    "coming": _l("not yet"),
    "over": _l("over"),
    "ended": _l("ended"),
}
TONES = {"live": "ok", "coming": "info"}
DAYS: Sequence[tuple[str, Any]] = (
    ("0", _l("Monday")),
    ("1", _l("Tuesday")),
    ("2", _l("Wednesday")),
    ("3", _l("Thursday")),
    ("4", _l("Friday")),
    ("5", _l("Saturday")),
    ("6", _l("Sunday")),
)


def resource_title(key: str) -> str:
    """Return a resource in words; "*" is all of them."""
    return _("all resources") if key == ANY else resource_words(key)


def verb_title(action: str) -> str:
    """Return a verb in words; "*" is all of them, field:x the sight of a sensitive field."""
    if action == ANY:
        return _("everything")
    if action.startswith("field:"):
        return _("see the field %(field)s", field=action.removeprefix("field:"))
    return verb_words(action)


def grants_in_words(grants: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (resource, verbs) in words for pairs of a duty."""
    order = {verb: place for place, verb in enumerate((ANY, *all_verbs()))}
    found: dict[str, list[str]] = {}
    for resource, action in sorted(grants, key=lambda one: order.get(one[1], len(order))):
        found.setdefault(resource, []).append(verb_title(action))
    return [(resource_title(key), join_words(found[key])) for key in sorted(found)]


def pairs_in_words(pairs: Iterable[str]) -> str:
    """Return in a line what "resource:verb" pairs are about."""
    words = grants_in_words((one.partition(":")[0], one.partition(":")[2]) for one in pairs)
    return _("; ").join(_("%(what)s: %(verbs)s", what=what, verbs=verbs) for what, verbs in words)


def subject_titles(subjects: Iterable[Named]) -> dict[Named, str]:
    """Return in words to whom duties are given, for many at once."""
    wanted = set(subjects)
    known = names_of(current_session(), (one for one in wanted if one[0] in NAMED))
    return {
        one: (localized(known.get(one, {})) or "–")
        if one[0] in NAMED and one[1] is not None
        else spoken(SUBJECTS[one[0]])
        for one in wanted
    }


def subject_title(subject: str, subject_id: int | None) -> str:
    """Return in words to whom a duty is given."""
    return subject_titles([(subject, subject_id)])[subject, subject_id]


def period_in_words(assignment: Any) -> str:
    """Return in words when an assignment holds."""
    start, end = assignment.valid_from, assignment.valid_to
    if start is not None and end is not None:
        return _("%(start)s to %(end)s", start=format_datetime(start), end=format_datetime(end))
    if start is not None:
        return _("from %(instant)s", instant=format_datetime(start))
    if end is not None:
        return _("until %(instant)s", instant=format_datetime(end))
    return _("always")


def hours_in_words(weekly: Mapping[str, Any] | None) -> str:
    """Return weekly hours in words; "" for none."""
    if not weekly:
        return ""
    names = dict(DAYS)
    said: dict[str, list[str]] = {}
    for day in sorted(weekly):
        hours = join_words(f"{first}–{last}" for first, last in weekly[day])
        said.setdefault(hours, []).append(str(names[day]))
    return _("; ").join(f"{join_words(days)} {hours}" for hours, days in said.items())


def state_of(assignment: Any) -> str:
    """Return whether an assignment is in force, by its period alone."""
    if assignment.ended_at is not None:
        return "ended"
    if assignment.valid_to is not None and assignment.valid_to <= now():
        return "over"
    if assignment.valid_from is not None and assignment.valid_from > now():
        return "coming"
    return "live"


def local_day(instant: Any) -> Any:
    """Return the site's day of an instant."""
    return instant.astimezone(site_zone()).date()
