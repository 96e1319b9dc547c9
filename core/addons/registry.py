"""What the loaded plugins contribute to this app, and which of it is on for this request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click
import pluggy
from flask import Flask, current_app, g, has_request_context
from sqlalchemy.exc import SQLAlchemyError

from core import hookspecs
from core.addons.admission import admit
from core.addons.catalogue import Catalogue, discover, package_folder
from core.addons.enabled import EnabledSet, Switchboard
from core.addons.faults import Fault, fault_of, words
from core.addons.graph import check_graph, follow_faults, load_order, needed_by
from core.addons.loading import Loaded, load_plugin
from core.addons.manifest import Manifest
from core.addons.probe import probe_all
from core.config import Config
from core.contributions import (
    Act,
    Dimension,
    EventType,
    Exchange,
    JobDef,
    Measure,
    MenuItem,
    Resource,
    SettingDef,
    Slot,
)
from core.database import db
from core.errors import ProgrammingFault

CORE = "core"


@dataclass(frozen=True, slots=True)
class Implementation:
    """One plugin's answer to a hook; call it with all of the hook's arguments by keyword."""

    owner: str
    function: Callable[..., Any]
    argnames: tuple[str, ...] = ()

    def __call__(self, **values: Any) -> Any:
        """Call it with the arguments that it asked for; whatever it raises comes through."""
        return self.function(**{name: values[name] for name in self.argnames})


class Registry:
    """One per app. `resources` and `dimensions` hold all that is loaded; methods follow the set."""

    def __init__(self, app: Flask) -> None:
        config: Config = app.config["SUNMAO"]
        self.app = app
        self.plugins = pluggy.PluginManager("sunmao")
        self.plugins.add_hookspecs(hookspecs)
        self.switchboard = Switchboard(app, ttl=min(config.gate_ttl_seconds, 0.5))
        self.code_version: int | None = None
        self.safe_mode = not config.addons
        self.catalogue = Catalogue()
        self.faults: dict[str, Fault] = {}
        self.plugged: dict[str, list[Loaded]] = {CORE: []}
        self.resources: dict[str, Resource] = {}
        self.dimensions: dict[str, Dimension] = {}
        self.known: frozenset[str] = frozenset()  # names whose addresses the gate watches
        self.hooks_before = 0  # how many hooks of the identity run before the gate's exact one
        self._owners: dict[int, str] = {}
        self._filtered: dict[str, tuple[EnabledSet, tuple[Any, ...]]] = {}

    # -- which add-ons are on ---------------------------------------------------------------

    def enabled_set(self) -> EnabledSet:
        """Return the set pinned by this request, else the newest one."""
        if has_request_context():
            pinned: EnabledSet | None = g.get("enabled_set")
            if pinned is not None:
                return pinned
            g.enabled_set = self.switchboard.current()
            return cast("EnabledSet", g.enabled_set)
        return self.switchboard.current()

    def is_on(self, owner: str) -> bool:
        """Tell whether an owner's contributions count now; the core's always do."""
        return owner == CORE or owner in self.enabled_set()

    @property
    def loaded(self) -> dict[str, Manifest]:
        """The add-ons that work in this process, on or off, in load order."""
        return {n: self.catalogue.found[n].manifest for n in self.plugged if n != CORE}

    def title_of(self, name: str) -> str:
        """Return an add-on's title in the reader's language; its name without a manifest."""
        offered = self.catalogue.found.get(name)
        return name if offered is None else str(offered.manifest.title)

    def note_code_version(self) -> None:
        """Remember which code the site wants before any add-on of this process is imported.

        Read later, it could be newer than what was imported, and the process would never retire.
        """
        with self.app.app_context():
            url = db.engine.url
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return  # asking would create an empty file
        try:
            self.code_version = self.switchboard.current().code_version
        except SQLAlchemyError:
            self.app.logger.warning("the database does not answer yet", exc_info=True)
        self.switchboard.forget()

    # -- contributions, filtered -------------------------------------------------------------

    def menus(self) -> tuple[MenuItem, ...]:
        """Return the entries of the sidebar."""
        return self._on("menus")

    def slots(self, place: str) -> tuple[Slot, ...]:
        """Return the fragments for a place, in their order."""
        items: tuple[Slot, ...] = self._on("slots")
        return tuple(sorted((s for s in items if s.place == place), key=lambda s: s.order))

    def settings(self) -> tuple[SettingDef, ...]:
        """Return the typed settings."""
        return self._on("settings")

    def acts(self) -> tuple[Act, ...]:
        """Return the services that may need several people."""
        return self._on("acts")

    def jobs(self) -> tuple[JobDef, ...]:
        """Return the kinds of jobs that may run now."""
        return self._on("jobs")

    def event_types(self) -> tuple[EventType, ...]:
        """Return the events that may be published now."""
        return self._on("event_types")

    def measures(self) -> tuple[Measure, ...]:
        """Return the countable facts."""
        return self._on("measures")

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return what can be taken in from files."""
        return self._on("exchanges")

    def commands(self) -> tuple[click.Command, ...]:
        """Return commands for the command line; group them by `owner_of`."""
        return self._on("commands")

    def every(self, kind: str) -> tuple[Any, ...]:
        """Return the contributions of a kind from all that is loaded, on or off."""
        return tuple(
            item for several in self.plugged.values() for one in several for item in one.of(kind)
        )

    def owner_of(self, contribution: Any) -> str:
        """Return the add-on that gave a contribution, or "core"; KeyError if nobody did."""
        return self._owners[id(contribution)]

    def implementations(
        self, hook: str, *, owners: frozenset[str] | None = None
    ) -> tuple[Implementation, ...]:
        """Return who answers a hook, in load order, to be called one by one.

        Those that are on; or those of `owners`, on or off, for the hooks of the lifecycle.
        """
        found = {
            one.plugin: Implementation(
                self._owner_of_module(one.plugin), one.function, tuple(one.argnames)
            )
            for one in getattr(self.plugins.hook, hook).get_hookimpls()
        }
        ordered = (one.module for several in self.plugged.values() for one in several)
        picked = (found[module] for module in ordered if module in found)
        if owners is not None:
            return tuple(one for one in picked if one.owner in owners)
        return tuple(one for one in picked if self.is_on(one.owner))

    def pages_of(self, name: str) -> int:
        """Return how many addresses an add-on has."""
        roots = (f"/{name}/", f"/api/v1/{name}/")
        return sum(f"{one.rule}/".startswith(roots) for one in self.app.url_map.iter_rules())

    # -- filling at start --------------------------------------------------------------------

    def add(self, loaded: Loaded) -> None:
        """Take a plugin whose contributions have passed every check."""
        self.plugged.setdefault(loaded.owner, []).append(loaded)
        for items in loaded.contributions.values():
            for item in items:
                self._owners[id(item)] = loaded.owner
        self.resources |= {r.key: r for r in loaded.of("resources")}
        self.dimensions |= {d.key: d for d in loaded.of("dimensions")}
        self._filtered.clear()

    def load_addons(self, names: Iterable[str]) -> None:
        """Load add-ons in the given order; one that fails is named in `faults`, not raised."""
        manifests = self.catalogue.manifests
        for name in names:
            lost = sorted(manifests[name].depends.keys() & self.faults.keys())
            if lost:
                said = words("It needs %(needed)s, which does not work.", needed=lost[0])
                self.faults[name] = Fault(name, "dependency", said)
                continue
            try:
                self.add(
                    admit(
                        self.app,
                        self.plugins,
                        manifests[name],
                        resources=self.resources,
                        dimensions=self.dimensions,
                        measured={m.key: self.owner_of(m) for m in self.every("measures")},
                    )
                )
            except Exception as error:  # noqa: BLE001 -- whatever an add-on raises is its fault
                folder = package_folder(manifests[name].package)
                self.faults[name] = fault_of(name, error, folder)
                self.app.logger.error("add-on not loaded", extra={"addon": name})  # noqa: TRY400 -- its trace is kept
        self.switchboard.loaded = {n: frozenset(needed_by(n, manifests)) for n in self.loaded}

    def _on(self, kind: str) -> tuple[Any, ...]:
        enabled = self.enabled_set()
        held = self._filtered.get(kind)
        if held is not None and held[0] is enabled:
            return held[1]
        items = tuple(
            item
            for owner, several in self.plugged.items()
            if owner == CORE or owner in enabled
            for one in several
            for item in one.of(kind)
        )
        self._filtered[kind] = (enabled, items)
        return items

    def _owner_of_module(self, module: Any) -> str:
        for owner, several in self.plugged.items():
            if any(one.module is module for one in several):
                return owner
        raise ProgrammingFault(f"{module} is no plugin of this app")


def registry() -> Registry:
    """Return the current app's registry."""
    return cast("Registry", current_app.extensions["sunmao"])


def configure_registry(app: Flask, built_in: Iterable[str]) -> None:
    """Load the core's plugins, then every add-on that probes clean; reads no business data."""
    found = Registry(app)
    found.hooks_before = len(app.before_request_funcs.get(None, ()))
    app.extensions["sunmao"] = found
    for module_name in built_in:
        loaded = load_plugin(found.plugins, module_name, owner=CORE)
        for blueprint in loaded.of("blueprints"):
            app.register_blueprint(blueprint)
        found.add(loaded)
    found.note_code_version()
    config: Config = app.config["SUNMAO"]
    found.catalogue = discover(config.manifests)
    manifests = found.catalogue.manifests
    sources = {name: one.source for name, one in found.catalogue.found.items()}
    found.faults = dict(found.catalogue.faults) | check_graph(manifests, sources)
    if found.safe_mode:
        return
    sound = {n: m for n, m in manifests.items() if n not in found.faults}
    found.faults |= probe_all({n: found.catalogue.found[n] for n in sound}, config=config)
    sound = {n: m for n, m in sound.items() if n not in found.faults}
    found.faults |= follow_faults(manifests, found.faults)
    found.load_addons(n for n in load_order(sound) if n not in found.faults)
