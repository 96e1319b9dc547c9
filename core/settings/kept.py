"""What a process keeps of small tables that seldom change, until the settings version rises."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from flask import current_app, g
from sqlalchemy.orm import Session

from core.addons.models import bump
from core.database import READ
from core.unit_of_work import current_unit

Value = TypeVar("Value")
KEPT = "sunmao_kept"
MOST = 2_000


def kept(key: Hashable, read: Callable[[], Value]) -> Value:
    """Return what `read()` gave last under the versions of this request, else ask it.

    Whoever changes such a table calls `changed()`. The versions come with the identity, so nothing
    is asked in vain; outside of requests, and in writing units, whose values are not committed
    yet, `read()` is asked always.
    """
    epoch = g.get("epoch")
    if epoch is None or current_unit().mode != READ:
        return read()
    versions = (epoch.settings_version, epoch.rights_version, epoch.module_version)
    held = current_app.extensions.setdefault(KEPT, {})
    found: tuple[tuple[int, ...], Value] | None = held.get(key)
    if found is not None and found[0] == versions:
        return found[1]
    value = read()
    if len(held) >= MOST:
        held.clear()
    held[key] = (versions, value)
    return value


def changed(session: Session) -> None:
    """Let every process read anew what it keeps, once this unit of work has committed."""
    if not session.info.get(KEPT):
        session.info[KEPT] = True  # once is enough for the unit
        # at the end: who holds this row while waiting for another one is waited for by everybody
        session.info["unit"].last_writes.append(lambda: bump(session, "settings_version"))
