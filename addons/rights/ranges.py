"""On which data an assignment holds: its stored form, checked, in words, and as sets of keys.

Stored is a mapping of dimension → alternatives; every dimension named must hold, by one of its
alternatives:

    {"org": [{"kind": "unit", "id": 3, "below": true}, {"kind": "own", "below": false},
             {"kind": "headed"}],
     "owner": [{"kind": "self"}, {"kind": "reports"}, {"kind": "person", "id": 7}],
     "customer": [{"kind": "record", "id": 12}, {"kind": "rule", "all": {"grade": ["A"]}}]}

`own` is the holder's unit, `headed` the units that the holder leads with all below, `reports`
everybody who reports to the holder, at any depth. An empty mapping means all data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from addons.rights.world import Person, World
from core.access.drafts import Keys
from core.addons.registry import registry
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import join_words, localized
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import current_session

Ranges = Mapping[str, Sequence[Mapping[str, Any]]]
KINDS: Mapping[str, tuple[str, ...]] = {
    "org": ("unit", "own", "headed"),
    "owner": ("self", "reports", "person"),
}
FIXED = {
    "headed": _l("units that the holder leads, and below"),
    "self": _l("the holder's own records"),
    "reports": _l("records of those who report to the holder"),
}
KEYED = ("record", "rule")  # kinds of any other dimension
MOST = 500


def checked(ranges: Any) -> dict[str, list[dict[str, Any]]]:
    """Return ranges in their stored form; raise Refused for what is none, or names nobody."""
    if not isinstance(ranges, Mapping):
        raise _unreadable()
    found: dict[str, list[dict[str, Any]]] = {}
    for dimension, several in ranges.items():
        known = registry().dimensions.get(dimension)
        if known is None or not isinstance(several, Sequence) or not 0 < len(several) <= MOST:
            raise _unreadable()
        found[dimension] = [_checked(dimension, one) for one in several]
    return found


def _checked(dimension: str, one: Any) -> dict[str, Any]:
    kind = one.get("kind") if isinstance(one, Mapping) else None
    if kind not in KINDS.get(dimension, KEYED):
        raise _unreadable()
    match kind:
        case "unit" | "person" | "record":
            if not isinstance(one.get("id"), int) or isinstance(one["id"], bool):
                raise _unreadable()
            made: dict[str, Any] = {"kind": kind, "id": one["id"]}
            if kind == "unit":
                made["below"] = bool(one.get("below"))
            if not _exists(dimension, kind, one["id"]):
                raise Refused(_("The range names something that does not exist any more."))
            return made
        case "own":
            return {"kind": kind, "below": bool(one.get("below"))}
        case "rule":
            return {"kind": kind, "all": _checked_rule(dimension, one.get("all"))}
        case _:
            return {"kind": kind}


def _checked_rule(dimension: str, every: Any) -> dict[str, list[str]]:
    rules = {rule.key: rule for rule in registry().dimensions[dimension].rules}
    if not isinstance(every, Mapping) or not every:
        raise _unreadable()
    made: dict[str, list[str]] = {}
    for key in sorted(every):
        values = every[key]
        if key not in rules or not isinstance(values, list) or not 0 < len(values) <= MOST:
            raise _unreadable()
        offered = {choice.value for choice in choices_of_rule(rules[key])}
        made[key] = sorted(str(value) for value in values)
        if not offered.issuperset(made[key]):
            raise Refused(_("The range names something that does not exist any more."))
    return made


def _exists(dimension: str, kind: str, key: int) -> bool:
    session = current_session()
    if kind == "unit":
        return session.get(OrgUnit, key) is not None
    if kind == "person":
        return session.get(Employee, key) is not None
    return bool(registry().dimensions[dimension].labels_of([key]))


def _unreadable() -> Refused:
    return Refused(_("The range cannot be read. Choose it again."))


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """One value that a rule may take."""

    value: str
    label: str


def choices_of_rule(rule: Any) -> list[RuleChoice]:
    """Return what may be chosen for a rule, for this reader."""
    pairs = rule.choices() if rule.choices is not None else ()
    return [RuleChoice(str(value), str(label).strip()) for value, label in pairs]


def keys_of(
    ranges: Ranges, person: Person | None, world: World
) -> tuple[dict[str, Keys], bool] | None:
    """Return the sets of keys that ranges mean for a person, and whether owner names the holder.

    None when a dimension can match nothing, so that the whole gives nothing. Without a person only
    what is the same for everybody has a meaning.
    """
    found: dict[str, Keys] = {}
    owner_self = False
    for dimension, several in ranges.items():
        listed: set[int] = set()
        rules = []
        for one in several:
            if one["kind"] == "self":
                owner_self = True
            elif one["kind"] == "rule":
                pairs = sorted(one["all"].items())
                rules.append(tuple((key, tuple(values)) for key, values in pairs))
            else:
                listed |= _listed(one, person, world)
        if listed or rules:
            found[dimension] = Keys(frozenset(listed), tuple(sorted(rules)))
        elif not (dimension == "owner" and owner_self):
            return None
    return found, owner_self


def _listed(one: Mapping[str, Any], person: Person | None, world: World) -> set[int]:
    match one["kind"]:
        case "unit":
            return world.below(one["id"]) if one["below"] else {one["id"]}
        case "own":
            if person is None or person.unit_id is None:
                return set()
            return world.below(person.unit_id) if one["below"] else {person.unit_id}
        case "headed":
            return set() if person is None else world.headed_by(person.employee_id)
        case "reports":
            return set() if person is None else world.reports_of(person.employee_id)
        case _:
            return {one["id"]}


def is_personal(ranges: Ranges) -> bool:
    """Tell whether ranges mean other keys for each holder (beyond the own records)."""
    return any(one["kind"] in {"own", "headed", "reports"} for s in ranges.values() for one in s)


def in_words(ranges: Ranges) -> str:
    """Say on which data, such as "customers: grade A or B; owner: the holder"."""
    if not ranges:
        return _("all data")
    parts = []
    for dimension, several in ranges.items():
        known = registry().dimensions.get(dimension)
        title = str(known.title) if known is not None else dimension
        said = join_words(_one_in_words(dimension, one) for one in several)
        parts.append(_("%(dimension)s: %(alternatives)s", dimension=title, alternatives=said))
    return _("; ").join(parts)


def _one_in_words(dimension: str, one: Mapping[str, Any]) -> str:
    kind = one["kind"]
    if kind == "rule":
        return _rule_in_words(dimension, one["all"])
    if kind in {"unit", "person", "record"}:
        return _named(dimension, one)
    if kind == "own":
        return _("the holder's unit and below") if one["below"] else _("the holder's unit")
    return str(FIXED[kind])


def _named(dimension: str, one: Mapping[str, Any]) -> str:
    session, key = current_session(), one["id"]
    if one["kind"] == "unit":
        unit = session.get(OrgUnit, key)
        name = localized(unit.name) if unit is not None else str(key)
        return _("%(unit)s and below", unit=name) if one["below"] else name
    if one["kind"] == "person":
        employee = session.get(Employee, key)
        return employee.name if employee is not None else str(key)
    known = registry().dimensions.get(dimension)
    labels = known.labels_of([key]) if known is not None else {}
    return labels.get(key, str(key))


def _rule_in_words(dimension: str, every: Mapping[str, Sequence[str]]) -> str:
    known = registry().dimensions.get(dimension)
    rules = {rule.key: rule for rule in known.rules} if known is not None else {}
    parts = []
    for key, values in every.items():
        rule = rules.get(key)
        labels = {c.value: c.label for c in choices_of_rule(rule)} if rule is not None else {}
        title = str(rule.title) if rule is not None else key
        words = join_words(labels.get(value, value) for value in values)
        parts.append(f"{title} {words}")
    return _(" and ").join(parts)


__all__ = ["Ranges", "checked", "choices_of_rule", "in_words", "is_personal", "keys_of"]
