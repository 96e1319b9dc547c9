"""Find the project's own files, for the laws of the house."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("core", "addons")


@cache
def own_files() -> tuple[Path, ...]:
    """Return every file that is, or would be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return tuple(ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file())


def python_files(*tops: str) -> list[Path]:
    return [
        file
        for file in own_files()
        if file.suffix == ".py" and (not tops or file.relative_to(ROOT).parts[0] in tops)
    ]


def template_files() -> list[Path]:
    return [file for file in own_files() if file.suffix == ".html" and "templates" in file.parts]


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def addon_names() -> list[str]:
    return sorted(file.stem for file in (ROOT / "manifests").glob("*.toml"))
