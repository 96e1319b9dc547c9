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
    """Tables of lifecycle, counters and processes."""
    return (Addon, CoreEpoch, Worker)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """The right to configure add-ons."""
    return (ADDON,)


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """The pages below /admin/addons."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """The entry under System."""
    return MENUS
