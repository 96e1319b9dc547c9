"""The record that remarks and followers hang on, always loaded under the actor's own right."""

from dataclasses import dataclass
from typing import Any

from core.access.records import visible
from core.access.resources import resource_of
from core.addons.registry import registry
from core.contributions import Resource
from core.errors import NotFound
from core.i18n import gettext as _
from core.unit_of_work import current_session


@dataclass(frozen=True, slots=True)
class Subject:
    """One record with its kind; `resource` has a page."""

    resource: Resource
    record_id: int
    record: Any

    @property
    def label(self) -> str:
        """The record's own words; nothing for a kind that has none."""
        return str(self.resource.label(self.record)) if self.resource.label else ""


def has_page(key: str) -> bool:
    """Tell whether records of a kind have a page just now, and so a history to write under."""
    declared = resource_of(key)
    if declared is None or declared.model is None or declared.endpoint is None:
        return False
    return registry().is_on(registry().owner_of(declared))


def subject(key: str, record_id: int) -> Subject:
    """Return a record that the unit's actor may see.

    Raises NotFound for one that does not exist or is out of range, and for kinds without a page:
    all look the same.
    """
    found = visible(current_session(), key, [record_id]) if has_page(key) else {}
    declared = resource_of(key)
    if declared is None or record_id not in found:
        raise NotFound(_("Not found, or outside your range."))
    return Subject(declared, record_id, found[record_id])


def subject_of(key: str, record_id: int, record: Any) -> Subject:
    """Return a record that the caller has loaded under the actor's right, with its kind."""
    declared = resource_of(key)
    if declared is None:
        raise NotFound(_("Not found, or outside your range."))
    return Subject(declared, record_id, record)
