"""What the web package contributes."""

from collections.abc import Iterable
from typing import Any

import click
from flask import Blueprint

from core.cli.assets import assets
from core.contributions import MenuItem, Resource, SettingDef, Verb
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.web import saved_view_pages
from core.web.first_steps import SHOWN
from core.web.saved_views import VIEW
from core.web.view_models import SavedView
from core.web.views import blueprint

PAGES = (saved_view_pages,)  # importing it mounts its views


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the table of saved views."""
    return (SavedView,)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may take away the views that others share."""
    return (
        Resource(
            key=VIEW,
            title=_l("Saved view"),
            model=SavedView,
            label=lambda view: view.name,
            actions=(Verb.DELETE,),
            dimensions=(),
        ),
    )


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
