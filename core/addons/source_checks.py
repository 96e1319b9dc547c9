"""What an add-on's source names where it is not seen at a start: verbs of buttons, places of slots.

A button under a verb that is none is never shown, a tab for a place that no page has neither, so
these mistakes would tell nothing. Done where an add-on is tried.
"""

import ast
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from core.addons.catalogue import package_folder
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.refusals import check_needs, refuse_addon
from core.addons.source import UNKNOWN, Call, calls
from core.contributions import Resource
from core.web.records import Action, RecordPage
from core.web.slots import allowed_slots
from core.web.workspace import PLACES

START = "workspace"
NAMED = ("RecordPage", "allowed_slots")
ALIKE = 0.8  # how near two names of add-ons are when one is taken for the other


def check_source(
    manifests: Sequence[Manifest], loaded: Loaded, resources: Mapping[str, Resource]
) -> None:
    """Check the last of `manifests`, which needs the others; raises AddonFaultError."""
    package = manifests[-1].package
    for call in calls(package, package_folder(package)):
        asked = _asked(call) if call.function is Action else None
        if asked is not None:
            check_needs(ast.unparse(call.node.func), asked, resources, file=call.place)
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
    package = packages[near[0]]
    for call in calls(package, package_folder(package)):
        function, node = call.function, None
        if function is RecordPage:
            node = call.argument("tabs")
        elif function is allowed_slots:
            node = call.argument("place", 0)
        elif call.module is None and ast.unparse(call.node.func).endswith(NAMED):
            return None
        value = None if node is None else call.value(node)
        if value is UNKNOWN:
            return None
        if value is not None:
            found.add(value)
    return found


def _asked(call: Call) -> Any:
    """Return what `needs` is, text that is put together as it is written; None if unknown."""
    needs = call.argument("needs")
    if isinstance(needs, ast.Tuple):
        words = tuple(map(call.value, needs.elts))
        return None if UNKNOWN in words else words
    value = call.value(needs)
    if isinstance(needs, ast.JoinedStr):
        value = ast.unparse(needs)[2:-1]  # without f and its quotes
    return value if isinstance(value, str | tuple) else None
