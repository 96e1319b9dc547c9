"""What the settings page shows: the settings of each owner that is on, and their last changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.addons.registry import CORE, registry
from core.contributions import SettingDef
from core.errors import NotFound
from core.i18n import gettext as _
from core.settings.models import SettingChange
from core.unit_of_work import current_session

RECENT = 20


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
    return [
        Group(owner, _("Core") if owner == CORE else registry().title_of(owner), settings)
        for owner, settings in ordered
    ]


def group_of(owner: str) -> Group:
    """Return the settings of one owner; raise NotFound when there are none."""
    found = next((group for group in groups() if group.owner == owner), None)
    if found is None:
        raise NotFound(_("There are no settings of that name."))
    return found


def recent_changes(group: Group) -> Sequence[SettingChange]:
    """Return the newest changes of a group's settings."""
    statement = (
        select(SettingChange)
        .where(SettingChange.key.in_([definition.key for definition in group.settings]))
        .order_by(SettingChange.id.desc())
        .limit(RECENT)
    )
    return current_session().scalars(statement).all()
