"""Import one plugin and ask it, hook by hook, what it contributes."""

import difflib
import importlib
import importlib.util
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import click
import pluggy
from flask import Blueprint

from core.addons.faults import AddonFaultError, words
from core.contributions import (
    Act,
    Dimension,
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

KINDS: Mapping[str, type[Any]] = {
    "models": type,
    "resources": Resource,
    "dimensions": Dimension,
    "policies": Policy,
    "blueprints": Blueprint,
    "menus": MenuItem,
    "slots": Slot,
    "acts": Act,
    "settings": SettingDef,
    "jobs": JobDef,
    "event_types": EventType,
    "measures": Measure,
    "exchanges": Exchange,
    "commands": click.Command,
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin and what it contributes by kind; `owner` is an add-on's name or "core"."""

    owner: str
    module: ModuleType
    contributions: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Any, ...]:
        """Return the contributions of one kind."""
        return self.contributions.get(kind, ())


def load_plugin(plugins: pluggy.PluginManager, module_name: str, *, owner: str) -> Loaded:
    """Import and register a plugin module; raise AddonFaultError naming what is wrong."""
    publish_hookspecs(plugins, module_name)
    module = importlib.import_module(module_name)
    _check_hook_names(plugins, module)
    plugins.register(module, name=module_name)
    return Loaded(owner, module, _collect(plugins, module))


def publish_hookspecs(plugins: pluggy.PluginManager, module_name: str) -> None:
    """Add the hooks that the plugin's package offers to others in its module `hookspecs`."""
    name = f"{module_name.rpartition('.')[0]}.hookspecs"
    if name == "core.hookspecs" or importlib.util.find_spec(name) is None:
        return
    plugins.add_hookspecs(importlib.import_module(name))


def _check_hook_names(plugins: pluggy.PluginManager, module: ModuleType) -> None:
    known = [name for name in dir(plugins.hook) if not name.startswith("_")]
    for name in dir(module):
        options = plugins.parse_hookimpl_opts(module, name)
        if options is None:
            _check_unmarked(getattr(module, name), name, module, known)
        if options is None or options.get("optionalhook"):
            continue
        hook = options.get("specname") or name
        caller = getattr(plugins.hook, hook, None)
        if caller is not None and caller.has_spec():
            _check_arguments(hook, getattr(module, name), caller.spec.argnames)
            continue
        near = difflib.get_close_matches(hook, known, n=1)
        said = words("There is no hook called %(hook)s.", hook=hook)
        if near:
            said = words(
                "There is no hook called %(hook)s; did you mean %(near)s?", hook=hook, near=near[0]
            )
        raise AddonFaultError("load", said)


def _check_unmarked(found: Any, name: str, module: ModuleType, known: Sequence[str]) -> None:
    """Refuse a function of the module that has, nearly, a hook's name: nobody would call it."""
    if not inspect.isfunction(found) or found.__module__ != module.__name__ or name[0] == "_":
        return
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
    if near:
        said = words("%(hook)s is not marked with @hookimpl, so nobody calls it; did you mean "
                "“@hookimpl def %(near)s”?", hook=name, near=near[0])  # fmt: skip
        raise AddonFaultError("load", said)


def _check_arguments(hook: str, function: Any, allowed: Sequence[str]) -> None:
    parameters = inspect.signature(function).parameters.values()
    given = [one.name for one in parameters if one.default is one.empty]
    if not set(given) <= set(allowed):
        said = words(
            "The hook %(hook)s has the wrong arguments: it takes (%(allowed)s), not (%(given)s).",
            hook=hook,
            allowed=", ".join(allowed),
            given=", ".join(given),
        )
        raise AddonFaultError("load", said)


def _collect(plugins: pluggy.PluginManager, module: ModuleType) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for kind, expected in KINDS.items():
        hook = f"register_{kind}"
        for implementation in getattr(plugins.hook, hook).get_hookimpls():
            if implementation.plugin is module:
                found[kind] = _typed(hook, implementation.function(), expected)
    shared = {id(one.setting): one.setting for one in found.get("acts", ())}
    asked = [one for one in shared.values() if one is not None]
    if asked:
        found["settings"] = (*found.get("settings", ()), *asked)
    return found


def _typed(hook: str, given: Any, expected: type[Any]) -> tuple[Any, ...]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        said = words(
            "%(hook)s must return a list of %(expected)s, not %(given)s.",
            hook=hook,
            expected=expected.__name__,
            given=type(given).__name__,
        )
        raise AddonFaultError("load", said)
    items = tuple(given)
    for item in items:
        if not isinstance(item, expected):
            said = words(
                "%(hook)s must return %(expected)s objects, but one is %(given)s.",
                hook=hook,
                expected=expected.__name__,
                given=type(item).__name__,
            )
            raise AddonFaultError("load", said)
    return items
