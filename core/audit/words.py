"""The words of the audit trail for actions and kinds of record."""

from collections.abc import Mapping

from core.addons.registry import registry
from core.i18n import lazy_gettext as _l

ACTIONS = {
    "create": _l("added"),
    "update": _l("changed"),
    "delete": _l("deleted"),
    "configure": _l("configured"),
    "import": _l("started an import"),
    "imported": _l("finished an import"),
    "export": _l("exported"),
    "retry": _l("ran a job again"),
    "cancel": _l("cancelled a job"),
    "replay": _l("replayed events"),
}


def action_words() -> Mapping[str, str]:
    """Return the words for the core's actions; other actions are shown by their code."""
    return {code: str(words) for code, words in ACTIONS.items()}


def resource_titles() -> Mapping[str, str]:
    """Return the titles of all resources that are loaded."""
    return {key: str(resource.title) for key, resource in registry().resources.items()}
