"""Which verbs people use, noted in memory; `use_record` keeps it. See docs/decisions/0012.

A use is a verb that was demanded and held, or under which a statement asked for rows. What only
asks (`may`, explanations) or imagines (previews, others' rights, elevation) works in sessions that
are not the actor's own, or does not come by here.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from core.clock import today
from core.contributions import Verb

if TYPE_CHECKING:
    from core.access.guarded_session import GuardedSession

ACTING = "sunmao_acting"  # marks the session in which a unit's own actor works
READING = frozenset({str(Verb.QUERY), str(Verb.ANALYSE), str(Verb.EXPORT)})
Key = tuple[int, str, str]  # user, resource, verb


@dataclass(slots=True)
class _Waiting:
    """What one database has not been told yet, and since when the first of it waits."""

    days: dict[Key, date] = field(default_factory=dict)
    began: float = 0.0

    def add(self, days: Mapping[Key, date]) -> None:
        if not self.days:
            self.began = time.monotonic()
        for key, day in days.items():
            self.days[key] = max(day, self.days.get(key, day))


_waiting: WeakKeyDictionary[Engine, _Waiting] = WeakKeyDictionary()
_lock = Lock()


def note(session: "GuardedSession", pairs: Iterable[tuple[str, str]]) -> None:
    """Remember that the session's actor uses these (resource, verb) today, where they are held.

    It costs no statement: one look into what is remembered of the actor's rights for each pair.
    """
    if ACTING not in session.info:
        return
    access = session.access
    user_id, used, day = access.actor.user_id, access.grants.used, today()
    if user_id is None:
        return
    fresh = [pair for pair in pairs if used.get(pair) != day and access.may(*pair)]
    if fresh:
        keep(session.get_bind().engine, {(user_id, *pair): day for pair in fresh})
        used.update(dict.fromkeys(fresh, day))


def keep(engine: Engine, days: Mapping[Key, date]) -> None:
    """Let uses wait until they are handed over."""
    with _lock:
        _waiting.setdefault(engine, _Waiting()).add(days)


def take(engine: Any, *, seconds: float) -> dict[Key, date]:
    """Return what waits, and forget it; nothing before the first of it has waited so long."""
    with _lock:
        found = _waiting.get(engine)
        if found is None or not found.days or time.monotonic() - found.began < seconds:
            return {}
        taken, found.days = found.days, {}
        return taken
