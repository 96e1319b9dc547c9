"""What a process keeps of small tables that seldom change, until the settings version rises."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from flask import current_app, g

from core.database import READ
from core.unit_of_work import current_unit

Value = TypeVar("Value")
KEPT = "sunmao_kept"
MOST = 2_000


def kept(key: Hashable, read: Callable[[], Value]) -> Value:
    """Return what `read()` gave last under the versions of this request, else ask it.

    Whoever changes such a table raises "settings_version" with `core.addons.models.bump`. Both
    that and the rights version come with the identity, so nothing is asked in vain; outside of
    requests, and in writing units, whose values are not committed yet, `read()` is asked always.
    """
    epoch = g.get("epoch")
    if epoch is None or current_unit().mode != READ:
        return read()
    versions = (epoch.settings_version, epoch.rights_version)
    held = current_app.extensions.setdefault(KEPT, {})
    found: tuple[tuple[int, int], Value] | None = held.get(key)
    if found is not None and found[0] == versions:
        return found[1]
    value = read()
    if len(held) >= MOST:
        held.clear()
    held[key] = (versions, value)
    return value
