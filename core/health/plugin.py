"""What the health package contributes."""

from collections.abc import Iterable

import click
from flask import Blueprint

from core.cli.health import health
from core.contributions import MenuItem, Resource, Slot, Verb
from core.health.slots import SLOTS
from core.health.views import HEALTH, blueprint
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may see how the site is."""
    return (
        Resource(key=HEALTH, title=_l("State of the site"), actions=(Verb.QUERY,), dimensions=()),
    )


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the page, and what load balancers ask."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give its menu entry."""
    return (
        MenuItem(
            title=_l("State of the site"),
            endpoint="health.show",
            needs=(HEALTH, Verb.QUERY),
            icon="heat",
            section="system",
            order=80,
        ),
    )


@hookimpl
def register_slots() -> Iterable[Slot]:
    """Give the administrator's panel on the start page."""
    return SLOTS


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Give `sunmao health`."""
    return (health,)
