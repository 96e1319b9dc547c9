"""The only place that commits.

A unit owns one connection, one transaction and one guarded session with one access context.
Reading units are plain transactions that cannot write; writing ones take SQLite's lock at once.
Audit rows, events and jobs are rows of the same session, so they stand or fall with the change.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from flask import current_app
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, NotSupportedError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from core.access.context import AccessContext, resolve_context
from core.access.guarded_session import GuardedSession
from core.access.standing import read_versions_while
from core.access.uses import ACTING
from core.actor import Actor, acting_as, current_actor
from core.database import READ, WRITE, db, is_outdated, open_connection
from core.errors import Conflict, ProgrammingFault
from core.i18n import gettext as _

Result = TypeVar("Result")
has_stored: ContextVar[bool] = ContextVar("has_stored", default=False)  # since a request began
RETRYABLE_STATES = frozenset({"40001", "40P01"})


class UnitOfWork:
    """One transaction with its session; the connection is opened at first use."""

    def __init__(
        self,
        actor: Actor,
        mode: str,
        *,
        reason: str = "",
        engine: Engine | None = None,
        lent: bool = True,
    ) -> None:
        self.id = secrets.token_hex(8)
        self.actor = actor
        self.mode = mode
        self.reason = reason
        self.last_writes: list[Callable[[], None]] = []  # what locks rows that everybody needs
        self.after_commit: list[Callable[[], None]] = []
        self.elevated_sessions: list[GuardedSession] = []
        self.doomed = False
        self.lent = lent  # whether what the actor holds as a substitute counts
        self._engine = engine
        self._connection: Connection | None = None
        self._session: GuardedSession | None = None
        self._access: AccessContext | None = None
        # if they have been read in this transaction already
        self.rights_version: int | None = None
        self.settings_version: int | None = None

    @property
    def connection(self) -> Connection:
        """The unit's connection, inside its transaction."""
        if self._connection is None:
            connection = open_connection(self._engine or db.engine, self.mode)
            try:
                connection.begin()
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    @property
    def access(self) -> AccessContext:
        """What the actor may do, resolved inside this transaction."""
        if self._access is None:
            if self.rights_version is None and self.actor.user_id is not None:
                held = self.actor.held if self.mode == WRITE else None
                read = read_versions_while(self.connection, held)
                self.rights_version, self.settings_version = read
            found = resolve_context(self.connection, self.actor, version=self.rights_version)
            self._access = found if self.lent else found.part(None)
        return self._access

    @property
    def session(self) -> GuardedSession:
        """The guarded session of this unit."""
        if self._session is None:
            self._session = self.new_session(self.access)
            self._session.info[ACTING] = True
        return self._session

    def new_session(self, access: AccessContext) -> GuardedSession:
        """Open a further session with another context on the same transaction."""
        session = cast(
            "GuardedSession",
            db.session.session_factory(
                bind=self.connection,
                access=access,
                join_transaction_mode="rollback_only",
                expire_on_commit=False,
            ),
        )
        session.info["unit"] = self
        return session

    def flush(self) -> None:
        """Send what is pending in every session of the unit."""
        for session in self._sessions():
            session.flush()

    def commit(self) -> None:
        """Flush and commit; raise Conflict when somebody else changed a record first."""
        if self.doomed:
            raise ProgrammingFault("an inner unit of work failed and its error was swallowed")
        try:
            self.flush()
            for write in self.last_writes:
                write()
        except StaleDataError as stale:
            raise Conflict(
                _("Somebody else changed this record first. Nothing of yours was stored.")
            ) from stale
        if self._connection is not None:
            transaction = self._connection.get_transaction()
            if transaction is not None:
                transaction.commit()
                has_stored.set(True)

    def release(self) -> None:
        """End the transaction without storing anything; the next use begins a new one."""
        for session in self._sessions():
            session.close()
        self.elevated_sessions.clear()
        self._session = None
        self._access = self.rights_version = self.settings_version = None
        connection, self._connection = self._connection, None
        if connection is not None:
            _end(connection, self.mode)

    def _sessions(self) -> list[GuardedSession]:
        own = [self._session] if self._session is not None else []
        return own + self.elevated_sessions


def _end(connection: Connection, mode: str) -> None:
    """Close a connection; who only read commits: psycopg forgets what is prepared at rollbacks."""
    transaction = connection.get_transaction()
    usable = transaction is not None and transaction.is_active and not connection.invalidated
    if mode == READ and transaction is not None and usable:
        with suppress(DBAPIError):
            transaction.commit()
    connection.close()


_current: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


def current_unit() -> UnitOfWork:
    """Return the innermost unit; raise ProgrammingFault outside of any."""
    unit = _current.get()
    if unit is None:
        raise ProgrammingFault("no unit of work is open here")
    return unit


def current_session() -> GuardedSession:
    """Return the session of the innermost unit."""
    return current_unit().session


@contextmanager
def unit_of_work(
    actor: Actor | None = None, *, reason: str = "", lent: bool = True
) -> Iterator[GuardedSession]:
    """Open a writing unit (or join the one that is open) and commit at the end.

    An exception rolls everything back. Inside a reading unit, that unit's transaction is ended
    first and its actor's rights are resolved again in the new one; without `lent`, only those that
    it does not hold as somebody's substitute.
    """
    outer = _current.get()
    wanted = actor or (outer.actor if outer else current_actor())
    if outer is not None and outer.mode == WRITE:
        yield from _join(outer, wanted)
        return
    if outer is not None:
        outer.release()
    unit = UnitOfWork(wanted, WRITE, reason=reason, lent=lent)
    token = _current.set(unit)
    try:
        with acting_as(wanted):
            yield unit.session
            unit.commit()
    finally:
        _current.reset(token)
        unit.release()
    for callback in unit.after_commit:
        callback()


def _join(outer: UnitOfWork, wanted: Actor) -> Iterator[GuardedSession]:
    if wanted != outer.actor:
        raise ProgrammingFault("a unit of work has one actor for life; use elevated() for more")
    try:
        yield outer.session
    except BaseException:
        outer.doomed = True
        raise


@contextmanager
def read_only(actor: Actor | None = None) -> Iterator[GuardedSession]:
    """Open a unit that can only read; inside a unit of the same actor, use that one."""
    outer = _current.get()
    wanted = actor or (outer.actor if outer else current_actor())
    if outer is not None and outer.actor == wanted:
        yield outer.session
        return
    unit = UnitOfWork(wanted, READ)
    token = _current.set(unit)
    try:
        with acting_as(wanted):
            yield unit.session
    finally:
        _current.reset(token)
        unit.release()


def enter_request_unit(unit: UnitOfWork) -> Callable[[], None]:
    """Make `unit` current for a request; call the result to end it."""
    token = _current.set(unit)

    def leave() -> None:
        unit.release()
        _current.reset(token)

    return leave


def in_unit_of_work(
    function: Callable[[GuardedSession], Result],
    *,
    actor: Actor | None = None,
    reason: str = "",
    attempts: int = 4,
) -> Result:
    """Run `function(session)` in a unit and run it again when the database asks for a retry."""
    for attempt in range(1, attempts + 1):
        try:
            with unit_of_work(actor, reason=reason) as session:
                return function(session)
        except (OperationalError, NotSupportedError) as error:
            if attempt == attempts or not is_retryable(error):
                raise
            current_app.logger.info("unit of work retried", extra={"attempt": attempt})
    raise AssertionError


def is_retryable(error: DBAPIError) -> bool:
    """Tell whether the database rolled back because of others, not because of us."""
    state: Any = getattr(error.orig, "sqlstate", None)
    locked = "database is locked" in str(error.orig)
    return state in RETRYABLE_STATES or locked or is_outdated(error.orig)
