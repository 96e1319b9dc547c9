"""Databases that tests can run on, each restored from a template; PostgreSQL of the run's own."""

import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event

TEST_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=80",
    "shared_buffers=64MB",
    "autovacuum=off",
)
START_SECONDS = 30.0
MEMORY = Path("/dev/shm")  # noqa: S108 - each folder in it is made by mkdtemp
ROOM = 4 * 2**30  # bytes that must be free there, so that no test ever fills it
SUPERUSER = "sunmao"


def new_folder(prefix: str, *, in_memory: bool) -> Path:
    """Make a folder that the caller removes; in memory only where there is room.

    On a disk each commit of SQLite waits for it, which is what a site wants and no test.
    """
    quick = in_memory and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if quick else None))


def find_program(name: str) -> Path | None:
    """Return the newest installed server program called `name`, on the path or Debian's."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path).resolve()
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda program: float(program.parent.parent.name),
    )
    return versions[-1] if versions else None


class Cluster:
    """One server; it listens on a Unix socket in its own folder, so no port can clash."""

    def __init__(self, *, durable: bool = False, in_memory: bool = False) -> None:
        initdb = find_program("initdb")
        if initdb is None:
            raise FileNotFoundError("initdb was not found; install the package postgresql")
        self._programs = initdb.parent
        self._as_owner: list[str] = []
        self._settings = TEST_SETTINGS if not durable else TEST_SETTINGS[3:5]
        self.folder = new_folder("pg-", in_memory=in_memory)
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the data folder, start the server and wait until it answers."""
        if os.geteuid() == 0:
            self._as_owner = self._hand_over()
        data = self.folder / "data"
        arguments = ["-A", "trust", "-U", SUPERUSER, "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(  # noqa: S603 - the program was found above, nothing comes from outside
            [*self._as_owner, str(self._programs / "initdb"), "-D", str(data), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        settings = [part for setting in self._settings for part in ("-c", setting)]
        place = ["-D", str(data), "-k", str(self.folder), "-h", ""]
        self._server = subprocess.Popen(  # noqa: S603
            [*self._as_owner, str(self._programs / "postgres"), *place, *settings],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        self._wait()

    def stop(self) -> None:
        """Stop at once (SIGINT: SIGTERM would wait for pooled connections), remove the folder."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def administer(self, statement: str, *names: str) -> None:
        """Run one statement outside a transaction; `names` fill its {} as quoted identifiers."""
        identifiers = [sql.Identifier(name) for name in names]
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*identifiers))

    def execute(self, database: str, statement: str) -> None:
        """Run one statement in a database and commit."""
        with psycopg.connect(self._dsn(database)) as connection:
            connection.execute(statement)

    def _dsn(self, database: str) -> str:
        return f"host={self.folder} user={SUPERUSER} dbname={database}"

    def _hand_over(self) -> list[str]:
        """Give the folder to an ordinary user: the server refuses to run as root."""
        known = {entry.pw_name for entry in pwd.getpwall()}
        user = next(name for name in ("postgres", "nobody") if name in known)
        shutil.chown(self.folder, user)
        group = str(pwd.getpwnam(user).pw_gid)
        return ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"]

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(self._dsn("postgres")):
                    return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


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


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the SQL texts sent through `engine` within the block, in order."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
