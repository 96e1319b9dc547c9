"""What an add-on's source names where it is not seen at a start: verbs of buttons, places of slots.

A button under a verb that is none is never shown, a tab for a place that no page has neither, so
these mistakes would tell nothing. Done where an add-on is tried.
"""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from types import ModuleType
from typing import Any

from core.addons.catalogue import package_folder
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.refusals import check_needs, refuse_addon
from core.contributions import Resource
from core.web.records import Action, RecordPage
from core.web.slots import allowed_slots
from core.web.workspace import PLACES

START = "workspace"
UNKNOWN = object()
ALIKE = 0.8  # how near two names of add-ons are when one is taken for the other


def check_source(
    manifests: Sequence[Manifest], loaded: Loaded, resources: Mapping[str, Resource]
) -> None:
    """Check the last of `manifests`, which needs the others; raises AddonFaultError."""
    for call, module, file in _calls(manifests[-1].package):
        needs = _argument(call, "needs") if _value(call.func, module) is Action else None
        asked = None if needs is None else _asked(needs, module)
        if asked is not None:
            place = f"{file}, line {call.lineno}"
            check_needs(ast.unparse(call.func), asked, resources, file=place)
    packages = {one.name: one.package for one in manifests}
    for slot in loaded.of("slots"):
        known = _places(slot.place, packages)
        if known is not None and slot.place not in known:
            refuse_addon(
                "The slot %(slot)s is for %(named)s, a place that no page has; there are "
                "%(known)s.",
                slot=slot.key, named=slot.place,
                known=", ".join(sorted(known)) or "-")  # fmt: skip


def _places(place: str, packages: Mapping[str, str]) -> set[str] | None:
    """Return all places of the pages whose owner `place` names, be it nearly.

    None where they cannot be known: an add-on that is not needed may not be here, and a place may
    be put together as the page is made.
    """
    owner, owners = place.split(".", maxsplit=1)[0], [*packages, START]
    near = [owner] if owner in owners else get_close_matches(owner, owners, n=1, cutoff=ALIKE)
    if not near or near[0] == START:
        return set(PLACES) if near else None
    found: set[str] = set()
    for call, module, _file in _calls(packages[near[0]]):
        function, node = _value(call.func, module), None
        if function is RecordPage:
            node = _argument(call, "tabs")
        elif function is allowed_slots:
            node = next(iter(call.args), None)
        elif module is None and ast.unparse(call.func).endswith(("RecordPage", "allowed_slots")):
            return None
        value = None if node is None else _value(node, module)
        if value is UNKNOWN:
            return None
        if value is not None:
            found.add(value)
    return found


def _calls(package: str) -> Iterator[tuple[ast.Call, ModuleType | None, str]]:
    """Yield every call that a package writes, with its module, if that is loaded, and its file."""
    folder = package_folder(package)
    if folder is None:
        return
    for path in sorted(folder.rglob("*.py")):
        inner = path.relative_to(folder).with_suffix("").parts
        module = sys.modules.get(".".join((package, *(one for one in inner if one != "__init__"))))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node, module, path.relative_to(folder.parent).as_posix()


def _asked(needs: ast.expr, module: ModuleType | None) -> Any:
    """Return what `needs` is, text that is put together as it is written; None if unknown."""
    if isinstance(needs, ast.Tuple):
        words = tuple(_value(one, module) for one in needs.elts)
        return None if UNKNOWN in words else words
    value = _value(needs, module)
    if isinstance(needs, ast.JoinedStr):
        value = ast.unparse(needs)[2:-1]  # without f and its quotes
    return value if isinstance(value, str | tuple) else None


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def _value(node: ast.expr, module: ModuleType | None) -> Any:
    """Return what a constant or a name of the module is; UNKNOWN for all that must be run."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return getattr(module, node.id, UNKNOWN)
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, module)
        if isinstance(owner, ModuleType | type | Enum):  # others may be proxies of a request
            return getattr(owner, node.attr, UNKNOWN)
    return UNKNOWN
