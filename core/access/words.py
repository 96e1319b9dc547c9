"""Verbs, resources and ranges in the reader's words."""

from collections.abc import Mapping
from typing import Any

from core.access.reach import Conjunct, KeySet, Reach
from core.access.resources import labels_of, resource_of
from core.actor import current_actor
from core.i18n import gettext as _
from core.i18n import join_words, ngettext
from core.i18n import lazy_gettext as _l

NAMED = 3
LOOKED_UP = 50
VERBS = {
    "query": _l("see"),
    "create": _l("add"),
    "update": _l("change"),
    "delete": _l("delete"),
    "analyse": _l("analyse"),
    "export": _l("export"),
    "import": _l("import"),
    "assign": _l("hand over"),
    "correct": _l("correct"),
    "configure": _l("configure"),
    "approve": _l("approve"),
    "dispatch": _l("dispatch"),
}


def limits_in_words(reach: Reach) -> str:
    """Say which rows a reach covers, such as "East region; own; 12 customers"."""
    if reach.is_nothing:
        return _("nothing")
    parts = [range_in_words(part) for part in reach.allow]
    if reach.participant:
        parts.append(_("records in which you take part"))
    without = [range_in_words(part) for part in reach.deny]
    said = _(" or ").join(parts)
    if without:
        said = _("%(range)s, without %(denied)s", range=said, denied=_(" or ").join(without))
    return said


def range_in_words(part: Conjunct, *, of: int | None = None) -> str:
    """Say one conjunct, as it speaks to the employee `of` (the reader, if none is given)."""
    if part.matches_all:
        return _("everything")
    own = {of or current_actor().employee_id}
    return _(" and ").join(_keys_in_words(key, keys, own) for key, keys in part.dimensions)


def _keys_in_words(dimension: str, keys: KeySet, own: set[int | None]) -> str:
    if keys.large:
        return _large_in_words(dimension)
    if dimension == "owner" and keys.keys == own:
        return _("own records")
    if len(keys.keys) <= LOOKED_UP:
        labels: Mapping[int, str] = labels_of(dimension, sorted(keys.keys))
        if 0 < len(labels) <= NAMED:
            return join_words(labels[key] for key in sorted(labels))
    return _counted(dimension, len(keys.keys))


def _large_in_words(dimension: str) -> str:
    said: Mapping[str, Any] = {
        "org": _("many units"),
        "customer": _("many customers"),
        "owner": _("many people"),
    }
    return str(said[dimension])


def _counted(dimension: str, number: int) -> str:
    if dimension == "org":
        return ngettext("%(num)s unit", "%(num)s units", number)
    if dimension == "customer":
        return ngettext("%(num)s customer", "%(num)s customers", number)
    return ngettext("%(num)s person", "%(num)s people", number)


def verb_words(action: str) -> str:
    """Return the words for an action; its code when it is an add-on's own."""
    return str(VERBS.get(action, action))


def resource_words(key: str) -> str:
    """Return the title of a resource; its key when nobody has declared it."""
    resource = resource_of(key)
    return str(resource.title) if resource is not None else key
