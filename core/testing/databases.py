"""The two kinds of database that a test can run on, each restored from a template before a test."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from core.testing.postgres import Cluster


class RestorableDatabase(Protocol):
    """A database at a fixed address whose content can be set back to the template's."""

    kind: str
    url: str

    def keep_as_template(self) -> None:
        """Remember the present content; no connection may be open."""

    def restore(self) -> None:
        """Set the content back to the template's; no connection may be open."""

    def execute(self, statement: str) -> None:
        """Run one statement past the application and commit."""


class SqliteDatabase:
    """A file; its template is a copy beside it."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "app.db"
        self.url = f"sqlite:///{self.path}"
        self._template = folder / "template.db"

    def keep_as_template(self) -> None:
        """Fold the write-ahead log into the file and copy it."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.path, self._template)

    def restore(self) -> None:
        """Copy the template over the file."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            # A new file, not new content: a connection that a thread still holds keeps the old.
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._template, self.path)

    def execute(self, statement: str) -> None:
        """Run one statement past the application and commit."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement)


class PostgresDatabase:
    """A database of the run's own cluster; its template is a database beside it."""

    kind = "postgresql"

    def __init__(self, cluster: Cluster, name: str = "site") -> None:
        self._cluster = cluster
        self._name = name
        self.url = cluster.url(name)
        cluster.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        cluster.administer("CREATE DATABASE {}", name)

    def keep_as_template(self) -> None:
        """Copy the database under the template's name."""
        template = f"{self._name}_template"
        self._cluster.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", template)
        self._cluster.administer("CREATE DATABASE {} TEMPLATE {}", template, self._name)

    def restore(self) -> None:
        """Drop the database, whoever still holds it, and make it anew from the template."""
        self._cluster.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._name)
        self._cluster.administer(
            "CREATE DATABASE {} TEMPLATE {}", self._name, f"{self._name}_template"
        )

    def execute(self, statement: str) -> None:
        """Run one statement past the application and commit."""
        self._cluster.execute(self._name, statement)
