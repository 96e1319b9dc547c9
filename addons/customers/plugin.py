"""What this add-on contributes: the table of contents."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from addons.customers import admin_views, api_parts, demo, part_views, seed, views
from addons.customers.api import api
from addons.customers.blueprint import blueprint
from addons.customers.dimension import CUSTOMER_DIMENSION
from addons.customers.exchanges import EXCHANGES
from addons.customers.field_titles import name_all
from addons.customers.measures import MEASURES
from addons.customers.menus import MENUS
from addons.customers.models import MODELS
from addons.customers.resources import RESOURCES
from addons.customers.services import ACTS
from addons.customers.settings import EVENT_TYPES, SETTINGS
from addons.customers.slots import SLOTS
from addons.customers.transfers import follow_manager
from addons.customers.workspace import START_PAGE
from core.contributions import (
    Act,
    Dimension,
    Event,
    EventType,
    Exchange,
    Measure,
    MenuItem,
    Resource,
    SettingDef,
    Slot,
)
from core.hookspecs import hookimpl, reacts_to
from core.organisation.events import EMPLOYEE_MOVED

PAGES = (views, part_views, admin_views, api_parts)  # importing them hangs the pages up


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables."""
    name_all()
    return MODELS


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare what may be granted."""
    return RESOURCES


@hookimpl
def register_acts() -> Iterable[Act]:
    """Name what a site may give to several people at once."""
    return ACTS


@hookimpl
def register_dimensions() -> Iterable[Dimension]:
    """Declare the customer dimension."""
    return (CUSTOMER_DIMENSION,)


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the pages and the programming interface."""
    return (blueprint, api)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give the entries of the sidebar."""
    return MENUS


@hookimpl
def register_slots() -> Iterable[Slot]:
    """Give the tabs of an account's page and the card on the start page."""
    return SLOTS + START_PAGE


@hookimpl
def register_settings() -> Iterable[SettingDef]:
    """Declare settings."""
    return SETTINGS


@hookimpl
def register_event_types() -> Iterable[EventType]:
    """Declare events."""
    return EVENT_TYPES


@hookimpl
def register_measures() -> Iterable[Measure]:
    """Declare the sales results."""
    return MEASURES


@hookimpl
def register_exchanges() -> Iterable[Exchange]:
    """Declare imports."""
    return EXCHANGES


@hookimpl
def addon_enabled(session: Any) -> None:
    """Make the counter of codes."""
    del session
    seed.prepare()


@hookimpl
def why_keep(session: Any) -> Iterable[str]:
    """Name open business."""
    del session
    return seed.reasons_to_keep()


@hookimpl
def seed_demo(session: Any) -> None:
    """Add accounts for the demonstration."""
    del session
    demo.seed()


@hookimpl
@reacts_to(EMPLOYEE_MOVED)
def on_event(event: Event) -> None:
    """Let accounts follow a manager who moves to another unit."""
    follow_manager(event)
