"""What the web package contributes."""

from collections.abc import Iterable

import click
from flask import Blueprint

from core.cli.assets import assets
from core.contributions import MenuItem, SettingDef
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.web.first_steps import SHOWN
from core.web.views import blueprint


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the start page and the reader's choices."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give the start page its entry."""
    return (
        MenuItem(
            title=_l("Workspace"),
            endpoint="web.workspace",
            icon="home",
            section="personal",
            order=0,
        ),
    )


@hookimpl
def register_settings() -> Iterable[SettingDef]:
    """Let administrators hide the first steps and bring them back."""
    return (SHOWN,)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Give `sunmao assets`."""
    return (assets,)
