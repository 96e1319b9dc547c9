"""Find every add-on that is offered: files in the manifests folder, and installed packages."""

import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from core.addons.faults import AddonFaultError, Fault, placed, words
from core.addons.manifest import Manifest, read_manifest

GROUP = "sunmao.addons"
DEFAULT_FILE = "manifest.toml"


@dataclass(frozen=True, slots=True)
class Found:
    """One offered add-on; `source` tells an administrator where it comes from."""

    manifest: Manifest
    source: str
    folder: Path | None

    @property
    def is_here(self) -> bool:
        """Tell whether its code is on disk now; a package can go while the server runs."""
        return self.folder is not None and self.folder.is_dir()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is offered, and what could not be read; a name is in one of the two."""

    found: dict[str, Found] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    @property
    def manifests(self) -> dict[str, Manifest]:
        """The readable manifests by name."""
        return {name: one.manifest for name, one in self.found.items()}

    def fingerprint(self) -> str:
        """Return a short hash that changes when an add-on comes, goes or changes its manifest."""
        lines = [f"{name}:{one.manifest.model_dump_json()}" for name, one in self.found.items()]
        text = "\n".join(sorted(lines) + sorted(self.faults))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def discover(folder: Path) -> Catalogue:
    """Read all manifests; never imports code of an add-on and never raises for one of them."""
    offers = [*_files(folder), *_entry_points()]
    catalogue = Catalogue()
    for name, path, source in offers:
        try:
            _take(catalogue, name=name, path=path, source=source)
        except AddonFaultError as fault:
            catalogue.found.pop(name, None)
            place = source if path is None else f"{path.parent.name}/{path.name}"
            catalogue.faults[name] = placed(fault.of(name), place)
    return catalogue


def package_folder(package: str) -> Path | None:
    """Return where a package's files are, importing nothing of it; None if there are none."""
    top, *rest = package.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place).joinpath(*rest)
        if folder.is_dir():
            return folder
    return None


def _take(catalogue: Catalogue, *, name: str, path: Path | None, source: str) -> None:
    if name in catalogue.found or name in catalogue.faults:
        other = catalogue.found[name].source if name in catalogue.found else ""
        said = words(
            "Two add-ons are called %(name)s: %(one)s and %(two)s; remove one of them.",
            name=name,
            one=other or "?",
            two=source,
        )
        raise AddonFaultError("manifest", said)
    if path is None:
        said = words("%(source)s names a package without a manifest file.", source=source)
        raise AddonFaultError("manifest", said)
    manifest = read_manifest(path, name=name)
    catalogue.found[name] = Found(manifest, source, package_folder(manifest.package))


def _files(folder: Path) -> Iterator[tuple[str, Path | None, str]]:
    for path in sorted(folder.glob("*.toml")):
        yield path.stem, path, f"manifests/{path.name}"


def _entry_points() -> Iterator[tuple[str, Path | None, str]]:
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        owner = entry.dist.name if entry.dist else entry.value
        yield entry.name, _entry_file(entry), f"package {owner}"


def _entry_file(entry: EntryPoint) -> Path | None:
    package, _, file = entry.value.partition(":")
    folder = package_folder(package.strip())
    path = folder / (file.strip() or DEFAULT_FILE) if folder else None
    return path if path and path.is_file() else None
