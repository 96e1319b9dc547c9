"""Run migrations: one linear history and one version table for the core and for each add-on.

Migrations use a connection of their own on an engine of their own, past the wall: the unit of work
of a request must have ended, or PostgreSQL would wait for it. On SQLite foreign keys are off while
tables are rebuilt (a rebuild under CASCADE deletes the children) and are checked before the commit.

Alembic is imported where it is used: a process that serves pages does without it, which spares
every start a tenth of its time, and every worker 8 MB.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, insert, select, text
from sqlalchemy.schema import SchemaItem

from core.access.hardening import owns_tables
from core.access.wall import SETTING, WIDE
from core.addons.catalogue import package_folder
from core.addons.faults import AddonFaultError, words
from core.addons.models import COUNTERS, EPOCH_ID, CoreEpoch
from core.addons.owning import changing_tables
from core.config import ROOT, Config
from core.database import Model

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig
    from alembic.script import ScriptDirectory

SCRIPTS = ROOT / "core" / "migrations"
CORE = "core"
LOCK_TIMEOUT = "10s"
Check = Callable[[Connection], None]
ADVISORY_KEY = 0x53554E4D414F  # "SUNMAO": one migration at a time in a database


@dataclass(frozen=True, slots=True)
class History:
    """The migrations of one owner: "core" or an add-on."""

    owner: str
    folder: Path

    @property
    def version_table(self) -> str:
        """The table that holds this history's revision."""
        return f"{self.owner}_version"

    def owns(self, table: str) -> bool:
        """Tell whether a table belongs to this history."""
        return table.startswith(f"{self.owner}_") and table != self.version_table

    def heads(self) -> tuple[str, ...]:
        """Return the newest revisions; more than one is a fault of the history."""
        from alembic.script.revision import RevisionError
        from alembic.util import CommandError

        try:
            return tuple(_script(self).get_heads())
        except (KeyError, CommandError, RevisionError) as error:
            said = words("Its migrations do not form one line: %(error)s", error=error)
            raise AddonFaultError("migration", said) from error


def history_of(owner: str, package: str = "") -> History:
    """Return the history of the core, or of the add-on whose code is in `package`."""
    if owner == CORE:
        return History(CORE, SCRIPTS / "versions")
    folder = package_folder(package)
    if folder is None:
        said = words("Its package %(package)s is not installed.", package=package)
        raise AddonFaultError("missing", said)
    return History(owner, folder / "migrations" / "versions")


def unchecked(_connection: Connection) -> None:
    """Ask nothing before tables are changed: for developers, and for the core's own."""


def upgrade(
    config: Config, history: History, *, to: str = "head", check: Check = unchecked
) -> None:
    """Bring a history up to a revision; all or nothing. `check` may refuse, in the transaction."""
    from alembic import command

    if history.folder.is_dir():
        with migrating(config) as connection:
            check(connection)
            stays = to == "head" and set(history.heads()) == {_revision(connection, history)}
            # who may not change tables may still enable what needs no change
            with nullcontext() if stays else changing_tables(connection, history.owns):
                command.upgrade(_alembic(history, connection), to)
            if history.owner == CORE and history.heads():
                _ensure_epoch(connection)


def downgrade(config: Config, history: History, *, to: str) -> None:
    """Take a history down to a revision ("base" drops its tables); all or nothing."""
    if history.folder.is_dir():
        with migrating(config) as connection, changing_tables(connection, history.owns):
            take_down(connection, history, to=to)


def is_owner(config: Config) -> bool:
    """Tell whether the site's address may change tables; on a hardened site only the owner's."""
    with schema_engine(config).connect() as connection:
        return owns_tables(connection)


def take_down(connection: Connection, history: History, *, to: str = "base") -> None:
    """Take a history down in the caller's transaction, which `migrating` has opened."""
    from alembic import command

    command.downgrade(_alembic(history, connection), to)
    if to == "base":
        connection.execute(text(f'DROP TABLE IF EXISTS "{history.version_table}"'))


def can_take_down(connection: Connection, history: History) -> bool:
    """Tell whether the revision of the database is one that the history's files know."""
    if not history.folder.is_dir():
        return False
    known = {one.revision for one in _script(history).walk_revisions()}
    return _revision(connection, history) in known


def current(config: Config, history: History) -> str | None:
    """Return the revision that the database is at, or None before the first."""
    with schema_engine(config).connect() as connection:
        return _revision(connection, history)


def _revision(connection: Connection, history: History) -> str | None:
    from alembic.migration import MigrationContext

    opts = {"version_table": history.version_table}
    return MigrationContext.configure(connection, opts=opts).get_current_revision()


def is_current(config: Config, history: History) -> bool:
    """Tell whether the database is at the newest revision."""
    return set(history.heads()) == {current(config, history)} - {None}


def differences(config: Config, history: History) -> list[Any]:
    """Return where the database and the models differ; empty when the migrations are complete."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with schema_engine(config).connect() as connection:
        opts = _options(history) | {"compare_type": True}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Model.metadata))


def revise(config: Config, history: History, *, message: str) -> Path | None:
    """Write the next revision from the difference; return its file, None if nothing differs."""
    from alembic import command

    history.folder.mkdir(parents=True, exist_ok=True)
    if not differences(config, history):
        return None
    number = len(list(history.folder.glob("[0-9]*.py"))) + 1
    slug = "_".join(message.lower().split())
    with schema_engine(config).connect() as connection:
        script = command.revision(
            _alembic(history, connection),
            message=message,
            autogenerate=True,
            rev_id=f"{history.owner}_{number:04}",
            head="head",
        )
    written = Path(script.path)  # type: ignore[union-attr]
    target = history.folder / f"{number:04}_{slug}.py"
    written.rename(target)
    return target


def schema_engine(config: Config, *, writing: bool = False) -> Engine:
    """Return an engine without pool and without the wall, for looking at and changing tables."""
    return _engine(config.owner_url, writing)


@lru_cache(maxsize=8)
def _engine(url: str, writing: bool) -> Engine:  # noqa: FBT001 - a key
    """Keep the engine, not a connection: a new one asks PostgreSQL anew what it is and can do."""
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_writing if writing else _begin_reading)
    else:
        event.listen(engine, "begin", _begin_wide)
    return engine


@contextmanager
def alone(config: Config) -> Iterator[Connection]:
    """Open a transaction beside which no migration of this database and no second one can run."""
    with schema_engine(config, writing=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
        yield connection


@contextmanager
def migrating(config: Config) -> Iterator[Connection]:
    """Open the transaction of one change of tables; raise AddonFaultError if it orphans rows."""
    with alone(config) as connection:
        yield connection
        if connection.dialect.name == "sqlite":
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                said = words(
                    "The migration would leave %(count)d rows of %(table)s without their parent.",
                    count=len(orphans),
                    table=orphans[0][0],
                )
                raise AddonFaultError("migration", said)


def _ensure_epoch(connection: Connection) -> None:
    if connection.execute(select(CoreEpoch.id)).first() is None:
        connection.execute(insert(CoreEpoch).values(id=EPOCH_ID, **dict.fromkeys(COUNTERS, 1)))


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None
    for pragma in ("busy_timeout=20000", "foreign_keys=OFF", "journal_mode=WAL"):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_wide(connection: Connection) -> None:
    """Show every row: on a hardened site the owner, too, is held by the policies."""
    cursor = connection.connection.cursor()  # past streams, which take queries alone
    cursor.execute(f"SET LOCAL {SETTING} = '{WIDE}'")
    cursor.close()


def _alembic(history: History, connection: Connection) -> "AlembicConfig":
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig(stdout=io.StringIO())
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(history.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Model.metadata
    config.attributes.update(_options(history))
    return config


def _script(history: History) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(SCRIPTS), version_locations=[str(history.folder)])


def _options(history: History) -> dict[str, Any]:
    def include_name(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or (name is not None and history.owns(name))

    def include_object(
        item: SchemaItem, name: str | None, kind: str, _reflected: Any, _other: Any
    ) -> bool:
        del item
        return kind != "table" or (name is not None and history.owns(name))

    return {
        "version_table": history.version_table,
        "include_name": include_name,
        "include_object": include_object,
        "render_item": _render,
    }


def _render(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write our column types as imports from core.database, and nothing else of ours."""
    module = type(item).__module__
    if kind == "type" and module == "core.database":
        autogen.imports.add(f"from core.database import {type(item).__name__}")
        return f"{type(item).__name__}()"
    return False
