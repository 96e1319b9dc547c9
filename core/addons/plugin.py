"""What the add-on life itself contributes to the core."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.addons.menus import MENUS
from core.addons.models import Addon, CoreEpoch, Worker
from core.addons.resources import ADDON
from core.addons.views import blueprint
from core.contributions import MenuItem, Resource
from core.hookspecs import hookimpl


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables of lifecycle, counters and processes."""
    return (Addon, CoreEpoch, Worker)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare the right to configure add-ons."""
    return (ADDON,)


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the pages below /admin/addons."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give the entry under System."""
    return MENUS
