"""The immutable set of add-ons that are on, read from the database and shared by a process."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from flask import Flask
from sqlalchemy import Engine, event, inspect, select
from sqlalchemy.exc import DBAPIError

from core.addons.models import EPOCH_ID, Addon, CoreEpoch, State
from core.database import READ, db, open_connection


@dataclass(frozen=True, slots=True)
class EnabledSet:
    """What one request, job step or command sees as on, from its begin to its end."""

    module_version: int = 0
    code_version: int = 0
    names: frozenset[str] = field(default_factory=frozenset)
    decided: frozenset[str] = field(default_factory=frozenset)

    def __contains__(self, name: str) -> bool:
        """Tell whether the add-on is on: enabled, loaded, and so is all that it needs."""
        return name in self.names


class Switchboard:
    """Keeps the newest EnabledSet; `loaded` maps each working add-on to all that it needs."""

    def __init__(self, app: Flask, *, ttl: float) -> None:
        self._app = app
        self.loaded: Mapping[str, frozenset[str]] = {}
        self._ttl = ttl
        self._lock = Lock()
        self._held: tuple[float, EnabledSet] | None = None
        self._engine: Engine | None = None

    def current(self, *, fresh: bool = False) -> EnabledSet:
        """Return the set, at most the time-to-live old; `fresh` reads it anew."""
        held = self._held
        if held is not None and not fresh:
            if time.monotonic() - held[0] < self._ttl:
                return held[1]
            if not self._lock.acquire(blocking=False):  # another thread is reading it just now
                return held[1]
            try:
                return self._read()
            finally:
                self._lock.release()
        with self._lock:
            return self._read()

    def exact(self, module_version: int) -> EnabledSet:
        """Return the set of the version that a signed-in request has seen, or a newer one."""
        held = self._held
        if held is not None and held[1].module_version == module_version:
            return held[1]
        return self.current(fresh=True)

    def forget(self, *_ignored: object) -> None:
        """Drop what is held; the next question reads the database."""
        self._held = None

    def _read(self) -> EnabledSet:
        started = time.monotonic()
        module_version, code_version, rows = _read_rows(self._the_engine())
        names = frozenset(
            n for n in rows & self.loaded.keys() if self.loaded[n] <= rows & self.loaded.keys()
        )
        found = EnabledSet(module_version, code_version, names, rows)
        if self._held is not None and self._held[1] == found:
            found = self._held[1]  # the same object keeps what is cached for it
        self._held = (started, found)
        return found

    def _the_engine(self) -> Engine:
        if self._engine is None:  # the gate asks outside of an application context
            with self._app.app_context():
                self._engine = db.engine
            event.listen(self._engine, "engine_disposed", self.forget)
        return self._engine


def _read_rows(engine: Engine) -> tuple[int, int, frozenset[str]]:
    statement = (
        select(CoreEpoch.module_version, CoreEpoch.code_version, Addon.name)
        .join(Addon, Addon.state == State.ENABLED, isouter=True)
        .where(CoreEpoch.id == EPOCH_ID)
    )
    try:
        with open_connection(engine, READ) as connection:
            rows = connection.execute(statement).all()
    except DBAPIError:
        if inspect(engine).has_table(CoreEpoch.__tablename__):
            raise
        return 0, 0, frozenset()  # a site before its first `sunmao db upgrade`
    if not rows:
        return 0, 0, frozenset()
    return rows[0][0], rows[0][1], frozenset(row[2] for row in rows if row[2] is not None)
