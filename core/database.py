"""The model base, its naming convention, the column types of the house, the engine's settings."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    Integer,
    MetaData,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from core.access import wall
from core.access.declarations import guard_declarations
from core.access.guarded_session import GuardedSession, guard_engine

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Base of every mapped class; each must declare Scoped, Child, Public or Technical."""

    metadata = MetaData(naming_convention=NAMING)


guard_declarations(Model)

SILENT = {"synchronize_session": False}  # for statements of which no loaded record need know
BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only plain integers

db = SQLAlchemy(
    model_class=Model,
    disable_autonaming=True,
    session_options={"class_": GuardedSession},
)


class Versioned:
    """A record whose second writer is told that somebody else was first."""

    row_version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - read once by the mapper


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """The type of the values: a decorator does not take it over from its `impl`."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; raise ValueError for a naive value."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An amount in the site's currency with two decimals, stored as integer minor units (分)."""

    impl = BigInteger
    cache_ok = True
    LIMIT = Decimal("90000000000000.00")

    @property
    def python_type(self) -> type[Decimal]:
        """The type of the values: a decorator does not take it over from its `impl`."""
        return Decimal

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        """Convert to minor units; raise TypeError for floats, ValueError for a third decimal."""
        del dialect
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise TypeError(f"money must be Decimal or int, not {type(value).__name__}")
        return to_minor(Decimal(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return the amount as a Decimal with two decimals."""
        del dialect
        return None if value is None else (Decimal(value) / 100).quantize(Decimal("0.01"))


def to_minor(amount: Decimal) -> int:
    """Return the amount in minor units; raise ValueError if it has more than two decimals."""
    minor = amount * 100
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} has more than two decimals")
    if abs(amount) >= Money.LIMIT:
        raise ValueError(f"{amount} is too large")
    return int(minor)


class Period(TypeDecorator[int]):
    """A month as YYYYMM; anything else is refused."""

    impl = Integer
    cache_ok = True

    @property
    def python_type(self) -> type[int]:
        """The type of the values: a decorator does not take it over from its `impl`."""
        return int

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Check the form; raise ValueError when the month is not 1 to 12."""
        del dialect
        months = 12
        if value is not None and not (1 <= value % 100 <= months and value >= 100 * 100):
            raise ValueError(f"{value} is not a period YYYYMM")
        return value


class LocalizedName(TypeDecorator[dict[str, str]]):
    """A name given by an administrator: {"zh": …, "en": …}; `zh` is never empty."""

    impl = JSON
    cache_ok = True


READ, WRITE = "read", "write"
waiting_writers: set[int] = set()  # this process's connections that wait for SQLite's write lock


def configure_database(app: Flask) -> None:
    """Bind the database to the app and set every engine's connection rules and guard."""
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                _configure_sqlite(engine)
            else:
                _configure_postgresql(engine)
            guard_engine(engine)
            if engine.dialect.name == "postgresql":
                wall.follow(engine)


def _configure_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # or INSERT OR REPLACE would get past append-only tables
            "busy_timeout=20000",
            "temp_store=MEMORY",
            # KiB with a minus. The 2 MB it takes by itself make a reader of some hundred scattered
            # rows fetch every page from the file again.
            "cache_size=-16000",
            "mmap_size=1073741824",  # scattered rows of a large file are found a third sooner
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        """Writers take the lock at once (no lost updates); readers cannot write at all."""
        mode = connection.get_execution_options().get("sunmao_mode", WRITE)
        cursor = connection.connection.cursor()
        if connection.info.get("sunmao_mode") != mode:
            cursor.execute(f"PRAGMA query_only={'ON' if mode == READ else 'OFF'}")
            connection.info["sunmao_mode"] = mode
        if mode == READ:
            cursor.execute("BEGIN")
        else:
            waiting_writers.add(id(cursor))
            try:
                cursor.execute("BEGIN IMMEDIATE")
            finally:
                waiting_writers.discard(id(cursor))
        cursor.close()


def _configure_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(dbapi_connection: Any, record: Any) -> None:
        """Plan statements for their values: a set may hold one key or twenty thousand.

        The same statement tells whether the database is hardened, so that nobody asks again. There
        policies look so costly that each count would be compiled first, for a second or two.
        """
        found = dbapi_connection.execute(wall.CONNECTED, (wall.PROBE,))
        record.info[wall.HARDENED] = found.fetchone()[0] is not None
        dbapi_connection.commit()

    @event.listens_for(engine, "handle_error")
    def _on_error(context: ExceptionContext) -> None:
        """Drop connections whose prepared statements an upgrade of an add-on has outdated."""
        if is_outdated(context.original_exception):
            context.is_disconnect = True


def is_outdated(error: BaseException | None) -> bool:
    """Tell whether a prepared statement selects columns that have another type by now."""
    return "cached plan must not change result type" in str(error)


def insert_once(session: Any) -> "Callable[[Any], postgresql.Insert | sqlite.Insert]":
    """Return the database's own insert, the one that knows ON CONFLICT."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        return insert
    from sqlalchemy.dialects.sqlite import insert as insert_in_sqlite

    return insert_in_sqlite


def open_connection(engine: Engine, mode: str) -> Connection:
    """Open a connection for one unit of work; `mode` is READ or WRITE."""
    options: dict[str, Any] = {"sunmao_mode": mode}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = mode == READ
    return engine.connect().execution_options(**options)
