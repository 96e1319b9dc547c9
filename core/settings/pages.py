"""What the settings page shows: the settings of the core and of each add-on that is on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm

from core.addons.registry import CORE, registry
from core.contributions import SettingDef
from core.errors import NotFound
from core.i18n import current_locale
from core.i18n import gettext as _
from core.settings.forms import field_name
from core.settings.queries import recent_changes
from core.settings.services import get


@dataclass(frozen=True, slots=True)
class Group:
    """The settings of one owner."""

    owner: str
    title: str
    settings: Sequence[SettingDef]


def groups() -> list[Group]:
    """Return who has settings, the core first."""
    by_owner: dict[str, list[SettingDef]] = {}
    for definition in registry().settings():
        by_owner.setdefault(registry().owner_of(definition), []).append(definition)
    ordered = sorted(by_owner.items(), key=lambda item: (item[0] != CORE, item[0]))
    return [Group(owner, _title(owner), settings) for owner, settings in ordered]


def group_of(owner: str) -> Group:
    """Return the settings of one owner; raise NotFound when there are none."""
    found = next((group for group in groups() if group.owner == owner), None)
    if found is None:
        raise NotFound(_("There are no settings of that name."))
    return found


def values_of(group: Group) -> dict[str, Any]:
    """Return the present values by key."""
    return {definition.key: get(definition.key) for definition in group.settings}


def entered(group: Group, form: FlaskForm) -> dict[str, Any]:
    """Return what was entered, by key."""
    return {definition.key: form[field_name(definition)].data for definition in group.settings}


def changes_of(group: Group) -> list[Any]:
    """Return the newest changes of a group's settings."""
    return list(recent_changes([definition.key for definition in group.settings]))


def _title(owner: str) -> str:
    if owner == CORE:
        return _("Core")
    title = registry().loaded[owner].title
    return title.en if current_locale() == "en" else title.zh
