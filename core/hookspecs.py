"""Every core hook: its signature and one line. docs/hooks.md holds the contracts and examples."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
import pluggy
from flask import Blueprint

from core.contributions import (
    Act,
    Dimension,
    Event,
    EventType,
    Exchange,
    JobDef,
    Measure,
    MenuItem,
    Policy,
    Resource,
    SettingDef,
    Slot,
)

Reaction = TypeVar("Reaction", bound=Callable[..., Any])
hookspec = pluggy.HookspecMarker("sunmao")
hookimpl = pluggy.HookimplMarker("sunmao")


def reacts_to(*event_types: str) -> Callable[[Reaction], Reaction]:
    """Mark an `on_event` that takes only these events; no delivery is made of any other."""

    def mark(function: Reaction) -> Reaction:
        function.event_types = frozenset(event_types)  # type: ignore[attr-defined]
        return function

    return mark


def gives(*contributions: Any) -> Callable[[], Iterable[Any]]:
    """Return an implementation of a `register_…` hook that only names what the package gives."""

    @hookimpl
    def register() -> Iterable[Any]:
        """Give what the line in plugin.py names."""
        return contributions

    return register


@hookspec
def register_models() -> Iterable[type[Any]]:  # type: ignore[empty-body]
    """Name the tables that this add-on owns; each must carry its prefix."""


@hookspec
def register_resources() -> Iterable[Resource]:  # type: ignore[empty-body]
    """Declare what may be granted."""


@hookspec
def register_dimensions() -> Iterable[Dimension]:  # type: ignore[empty-body]
    """Declare an axis of data ranges."""


@hookspec
def register_policies() -> Iterable[Policy]:  # type: ignore[empty-body]
    """Give the rules by which rights are compiled while the add-on is on."""


@hookspec
def register_blueprints() -> Iterable[Blueprint]:  # type: ignore[empty-body]
    """Give pages; each is mounted under /<add-on> and answers 404 while the add-on is off."""


@hookspec
def register_menus() -> Iterable[MenuItem]:  # type: ignore[empty-body]
    """Give entries of the sidebar."""


@hookspec
def register_slots() -> Iterable[Slot]:  # type: ignore[empty-body]
    """Give fragments for named places in other pages."""


@hookspec
def register_settings() -> Iterable[SettingDef]:  # type: ignore[empty-body]
    """Declare typed settings."""


@hookspec
def register_acts() -> Iterable[Act]:  # type: ignore[empty-body]
    """Name the services that a site may give to several people at once."""


@hookspec
def register_jobs() -> Iterable[JobDef]:  # type: ignore[empty-body]
    """Declare kinds of background jobs and schedules."""


@hookspec
def register_event_types() -> Iterable[EventType]:  # type: ignore[empty-body]
    """Declare the events that this add-on publishes."""


@hookspec
def register_measures() -> Iterable[Measure]:  # type: ignore[empty-body]
    """Declare countable facts about employees and units."""


@hookspec
def register_exchanges() -> Iterable[Exchange]:  # type: ignore[empty-body]
    """Declare what can be imported from files."""


@hookspec
def register_commands() -> Iterable[click.Command]:  # type: ignore[empty-body]
    """Give commands for the command line, grouped under the add-on's name."""


@hookspec
def on_event(event: Event) -> None:
    """React to an event; runs as a job after the commit that published it."""


@hookspec
def addon_enabled(session: Any) -> None:
    """Seed what the add-on needs, each time it is enabled; must be idempotent."""


@hookspec
def why_keep(session: Any) -> Iterable[str]:  # type: ignore[empty-body]
    """Give reasons against uninstalling, such as open work."""


@hookspec
def seed_demo(session: Any) -> None:
    """Add demonstration data; must be idempotent."""
