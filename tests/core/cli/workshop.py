"""A folder like a checkout, with the core of this one: add-ons can be written into it and run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from core.config import ROOT

CONFTEST = '"""Fixtures."""\n\npytest_plugins = ["core.testing.plugin"]\n'


class Workshop:
    """`addons` and `manifests` are its own, perhaps with add-ons of this checkout; `core` is ours."""

    def __init__(self, folder: Path, *, with_addons: tuple[str, ...] = ()) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "core").symlink_to(ROOT / "core")
        shutil.copy(ROOT / "pyproject.toml", folder)
        for name in ("addons", "manifests", "tests", "instance"):
            (folder / name).mkdir(parents=True)
        (folder / "addons" / "__init__.py").write_text('"""Add-ons."""\n')
        (folder / "tests" / "conftest.py").write_text(CONFTEST)
        (folder / "tests" / "factories").symlink_to(ROOT / "tests" / "factories")
        for name in with_addons:
            (folder / "addons" / name).symlink_to(ROOT / "addons" / name)
            shutil.copy(ROOT / "manifests" / f"{name}.toml", folder / "manifests")

    def run(self, *command: str, cwd: Path | None = None, **environment: str):
        """Run a Python module, such as pytest, as a person would in this checkout."""
        return self.python("-m", *command, cwd=cwd, **environment)

    def script(self, text: str, *arguments: str):
        """Run a text of Python in this checkout."""
        return self.python("-c", text, *arguments)

    def python(self, *arguments: str, cwd: Path | None = None, **environment: str):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or self.folder,
            env=self.environment() | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def sunmao(self, *arguments: str, **environment: str):
        """Run the command line of this checkout."""
        return self.run("core.cli.main", *arguments, **environment)

    def environment(self) -> dict[str, str]:
        ours = ("SUNMAO_", "PYTEST_ADDOPTS")  # how this run of the tests was asked for
        own = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        return own | {
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SUNMAO_MANIFESTS": str(self.folder / "manifests"),
            "SUNMAO_INSTANCE": str(self.folder / "instance"),
            "SUNMAO_DEFAULT_LOCALE": "en",
            "SUNMAO_TEST_DATABASES": "sqlite",
        }
