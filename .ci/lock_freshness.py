"""Check, without a network, that requirements.lock still answers pyproject.toml."""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def declared() -> list[Requirement]:
    """Return what pyproject.toml asks for, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        lines += extra
    requirements = [Requirement(line) for line in lines]
    return [one for one in requirements if one.name != project["name"]]


def faults(text: str) -> list[str]:
    """Return what is wrong with the lock `text`, in words."""
    pins = {canonicalize_name(name): version for name, version in PIN.findall(text)}
    found = []
    if re.search(r"https?://|^-(i|f|-)", text, re.MULTILINE):
        found.append("the lock names a host or an index")
    if text.count("==") > text.count("--hash=sha256:"):
        found.append("a pin has no hash")
    for requirement in declared():
        pinned = pins.get(canonicalize_name(requirement.name))
        if pinned is None:
            found.append(f"{requirement.name} is not pinned")
        elif pinned not in requirement.specifier:
            found.append(
                f"{requirement.name} is pinned at {pinned}, outside {requirement.specifier}"
            )
    found += [
        f"{name} is pinned at {version} but {metadata.version(name)} is installed: make setup"
        for name, version in pins.items()
        if _is_installed(name) and metadata.version(name) != version
    ]
    return found


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def main() -> int:
    """Print the faults; return 1 when there is one."""
    found = faults((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    for fault in found:
        print(f"requirements.lock: {fault} (make lock)")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
