"""What the settings package contributes."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.settings.models import Setting, SettingChange
from core.settings.views import blueprint


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables."""
    return (Setting, SettingChange)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may configure the site."""
    return (
        Resource(
            key="core.setting",
            title=_l("Settings"),
            actions=(Verb.CONFIGURE,),
            dimensions=(),
        ),
    )


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the settings page."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give its menu entry."""
    return (
        MenuItem(
            title=_l("Settings"),
            endpoint="settings.index",
            needs=("core.setting", Verb.CONFIGURE),
            icon="gear",
            section="system",
            order=50,
        ),
    )
