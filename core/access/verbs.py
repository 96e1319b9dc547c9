"""Verbs and resources in the reader's words."""

from core.access.resources import resource_of
from core.i18n import lazy_gettext as _l

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


def verb_words(action: str) -> str:
    """Return the words for an action; its code when it is an add-on's own."""
    return str(VERBS.get(action, action))


def resource_words(key: str) -> str:
    """Return the title of a resource; its key when nobody has declared it."""
    resource = resource_of(key)
    return str(resource.title) if resource is not None else key
