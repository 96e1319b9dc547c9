"""A whole site per kind of database, built once in a test session and set back before each test."""

from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.app import create_app
from core.config import site_config
from core.database import WRITE, db
from core.testing.client import Client
from core.testing.databases import RestorableDatabase

_generation = count(1)
GENERATION_STRIDE = 10_000
REASON = "test template"


class Site:
    """The application, its database and its instance folder."""

    def __init__(self, database: RestorableDatabase, instance: Path, **overrides: Any) -> None:
        self.database = database
        self.instance = instance
        settings: dict[str, Any] = {
            "testing": True,
            "job_engine": "off",
            "gate_ttl_seconds": 0.0,
            **overrides,
        }
        self.app: Flask = create_app(instance=instance, database_url=database.url, **settings)
        self.app.test_client_class = Client
        self._touched = False
        with self.app.app_context():
            fill_template()
            event.listen(db.engine, "begin", self._notice)
        self.release()
        database.keep_as_template()

    def reset(self) -> None:
        """Give the next test the template's content; caches that hang on the epoch are void."""
        if self._touched:
            self.release()
            self.database.restore()
            start = next(_generation) * GENERATION_STRIDE
            self.database.execute(
                f"UPDATE core_epoch SET module_version = {start}, "  # noqa: S608 - an integer
                f"rights_version = {start}, settings_version = {start}"
            )
        self._touched = False

    def touch(self) -> None:
        """Say that another process may write to the database, so that it must be restored."""
        self._touched = True

    def release(self) -> None:
        """Close every connection of this process."""
        with self.app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()

    def _notice(self, connection: Connection) -> None:
        if connection.get_execution_options().get("sunmao_mode", WRITE) == WRITE:
            self._touched = True


def fill_template() -> None:
    """Migrate and enable as an administrator would; call inside an application context."""
    with acting_as(system_actor(REASON)):
        lifecycle.upgrade_site(site_config())
        for name in registry().loaded:
            if name not in registry().enabled_set():
                lifecycle.enable(name, reason=REASON)
