"""Write add-ons into a temporary folder: a package, a manifest, and what is wrong with them."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

MANIFEST = """\
name = "{name}"
package = "{package}"
version = "{version}"
core = "{core}"
license = "MIT"
author = "Test"
title = {{ zh = "测试 {name}", en = "Test {name}" }}
summary = {{ zh = "用于测试", en = "For tests" }}
"""

PLUGIN = """\
from core.hookspecs import hookimpl
"""


@dataclass(frozen=True)
class Workshop:
    """A folder with `manifests/` and `code/` (to be put on sys.path)."""

    folder: Path

    @property
    def manifests(self) -> Path:
        return self.folder / "manifests"

    @property
    def code(self) -> Path:
        return self.folder / "code"

    def manifest(self, name, *, extra="", package="", version="1.0.0", core=">=0.1", file=""):
        self.manifests.mkdir(parents=True, exist_ok=True)
        text = MANIFEST.format(
            name=name, package=package or f"zoo_{name}", version=version, core=core
        )
        (self.manifests / f"{file or name}.toml").write_text(text + dedent(extra), encoding="utf-8")

    def package(self, name, files):
        folder = self.code / f"zoo_{name}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
        for path, text in {"plugin.py": PLUGIN, **files}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dedent(text), encoding="utf-8")
        return folder

    def addon(self, name, files=None, **manifest):
        self.manifest(name, **manifest)
        return self.package(name, files or {})

    def install(self, name, *, value, manifest=True, distribution="visits-pkg", files=None):
        """Leave a package with a dist-info folder, as pip does."""
        package = self.package(name, files or {})
        if manifest:
            text = MANIFEST.format(name=name, package=f"zoo_{name}", version="3.1", core="*")
            (package / "manifest.toml").write_text(text, encoding="utf-8")
        info = self.code / f"{distribution.replace('-', '_')}-3.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 3.1\n"
        )
        (info / "entry_points.txt").write_text(f"[sunmao.addons]\n{name} = {value}\n")
