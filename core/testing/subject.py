"""The add-on that a conformance suite looks at, in a site of its own."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers

from core.accounts.models import User
from core.addons.graph import needed_by
from core.addons.manifest import Manifest
from core.addons.registry import Registry, registry
from core.testing.canaries import seed
from core.testing.making import Maker
from core.testing.site import Site

CANARIES = ("canary-wren", "canary-crow")


@dataclass
class Subject:
    """The name of the add-on, the site it is on in, and the factories."""

    name: str
    site: Site
    make: Maker
    strangers: list[User] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse a name that is not loaded, with the reason that the registry has."""
        fault = self.registry.faults.get(self.name)
        if fault is not None:
            raise AssertionError(f"{self.name} does not load: [{fault.stage}] {fault}")
        if self.name not in self.registry.loaded:
            known = ", ".join(self.registry.loaded) or "none"
            raise AssertionError(f"there is no add-on {self.name!r} here; loaded are: {known}")
        configure_mappers()

    @property
    def app(self) -> Flask:
        """The application."""
        return self.site.app

    @property
    def registry(self) -> Registry:
        """What is loaded."""
        return registry()

    @property
    def manifest(self) -> Manifest:
        """The facts of the add-on."""
        return self.registry.loaded[self.name]

    @cached_property
    def folder(self) -> Path:
        """Where its code is."""
        folder = self.registry.catalogue.found[self.name].folder
        assert folder is not None
        return folder

    @property
    def roots(self) -> tuple[str, ...]:
        """Where its addresses begin: its pages, and its part of the API."""
        return f"/{self.name}/", f"/api/v1/{self.name}/"

    def own(self, kind: str) -> tuple[Any, ...]:
        """Return what it contributes of a kind, such as "resources"."""
        return tuple(
            item for loaded in self.registry.plugged[self.name] for item in loaded.of(kind)
        )

    @property
    def needed(self) -> list[str]:
        """What it needs and itself, in load order."""
        wanted = needed_by(self.name, self.registry.loaded) | {self.name}
        return [name for name in self.registry.loaded if name in wanted]

    @property
    def family(self) -> list[str]:
        """Whoever needs it, and itself as the last: the order in which they go."""
        loaded = self.registry.loaded
        needy = [n for n in loaded if self.name in needed_by(n, loaded)]
        return [*reversed(needy), self.name]

    def settle_strangers(self) -> None:
        """Make two people with disjoint ranges and give them rows in every table."""
        for login, canary in zip(("ann", "bob"), CANARIES, strict=True):
            user = self.make.user(login, unit=self.make.unit(login.title()), locale="en")
            seed(self.make.person_of(user), canary, addons=self.needed)
            self.strangers.append(user)
