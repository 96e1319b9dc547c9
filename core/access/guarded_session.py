"""The session behind which every query of a person runs: one access context for life."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakSet

from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, SessionTransaction

from core.access import analyse, flush_guard
from core.access.criteria import ScopeCriteria
from core.access.declarations import Child, Protected
from core.access.frames import WRITING, Frame, executing, trusted
from core.access.verifier import UnguardedStatement, guard_engine, is_guarded
from core.errors import ProgrammingFault

if TYPE_CHECKING:
    from core.access.context import AccessContext, Bindings

__all__ = ["BULK", "GuardedSession", "UnscopedAccess", "guard_engine", "trusted"]

DEFAULT_ACTION = "query"
KEEPS_ORDER = "keeps_order"  # the execution option of a page of a wide range
BULK = object()  # the execution option with which bulk_write() shows that it has checked


class UnscopedAccess(ProgrammingFault):
    """A session without an access context was asked for rows."""


class GuardedSession(Session):
    """Filters every statement by the context it was opened with, and refuses what it cannot."""

    def __init__(
        self, db: Any = None, *, access: "AccessContext | None" = None, **options: Any
    ) -> None:
        super().__init__(db, **options)
        self._access = access
        self._own_connections: WeakSet[Connection] = WeakSet()

    @property
    def access(self) -> "AccessContext":
        """The context of this session; raises UnscopedAccess when it was opened without one."""
        if self._access is None:
            raise UnscopedAccess("this session has no access context; open a unit of work")
        return self._access

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **options: Any,
    ) -> Engine | Connection:
        """Use what the session was bound to, else the site's engine."""
        own = bind if bind is not None else self.bind
        if own is not None:
            return own
        return super().get_bind(mapper=mapper, clause=clause, **options)

    def works_on(self, connection: Connection) -> bool:
        """Tell whether `connection` carries this session's transaction."""
        return connection in self._own_connections

    def flush(self, objects: Any = None) -> None:
        """Store what is pending, within the ranges of this context."""
        if not self.access:
            return
        values: Mapping[Any, Any] = {}
        with executing(Frame(self, values, flushing=True, action=WRITING)):
            super().flush(objects)

    def _closed(self, *_arguments: Any, **_options: Any) -> NoReturn:
        msg = "the legacy bulk methods are closed; use bulk_write() or add objects"
        raise UnguardedStatement(msg)

    bulk_save_objects = _closed
    bulk_insert_mappings = _closed
    bulk_update_mappings = _closed


@event.listens_for(GuardedSession, "do_orm_execute")
def _guard_statement(state: ORMExecuteState) -> Any:
    session: Any = state.session
    access: AccessContext = session.access
    if access.is_system:
        with executing(Frame(session, {})):
            return state.invoke_statement()
    action = str(state.execution_options.get("action", DEFAULT_ACTION))
    if state.is_insert or state.is_update or state.is_delete:
        _check_change(state)
    elif action == "analyse" and not state.is_relationship_load and not state.is_column_load:
        state.statement = analyse.checked(state.statement)
    refresh: frozenset[str] = frozenset()
    if state.is_column_load and state.bind_mapper is not None:
        refresh = frozenset(str(getattr(t, "name", "")) for t in state.bind_mapper.tables)
    bindings = access.bindings(action)
    if state.is_orm_statement and not state.is_insert and not state.is_from_statement:
        bindings = _add_criteria(state, access, bindings)
    changing = state.is_insert or state.is_update or state.is_delete
    verb = WRITING if changing else bindings.option.shape.action
    with executing(Frame(session, bindings.values, refresh, action=verb)):
        return state.invoke_statement()


def _add_criteria(
    state: ORMExecuteState, access: "AccessContext", wanted: "Bindings"
) -> "Bindings":
    """Put the condition on the statement; return the keys that belong to it.

    Loaded objects carry the option of the statement that loaded them to their lazy loads. It is
    kept when this context has the very same shape for that action (an export's loads are the
    export's), and replaced when the object came from another context.
    """
    statement: Any = state.statement
    options = statement._with_options  # noqa: SLF001 - SQLAlchemy offers adding, not taking away
    present = [known for known in options if isinstance(known, ScopeCriteria)]
    if present:
        same = access.bindings(present[0].shape.action)
        if len(present) == 1 and same.option.shape is present[0].shape:
            return same
        statement = statement.options()
        statement._with_options = tuple(  # noqa: SLF001
            known for known in options if not isinstance(known, ScopeCriteria)
        )
    option = wanted.option
    if state.execution_options.get(KEEPS_ORDER):
        option = ScopeCriteria(option.shape, keeps_order=True)
    state.statement = statement.options(option)
    return wanted


def _check_change(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, Protected):
        return
    if state.execution_options.get("bulk") is not BULK:
        msg = f"set-based changes of {mapper.class_.__name__} go through bulk_write()"
        raise UnguardedStatement(msg)


@event.listens_for(GuardedSession, "after_begin")
def _remember_connection(
    session: GuardedSession, _transaction: SessionTransaction, connection: Connection
) -> None:
    if not is_guarded(connection):
        msg = "a guarded session works on guarded engines only; call guard_engine(engine)"
        raise ProgrammingFault(msg)
    session._own_connections.add(connection)  # noqa: SLF001 - its own module


event.listen(GuardedSession, "before_flush", flush_guard.before_flush)
event.listen(GuardedSession, "after_flush", flush_guard.after_flush)
event.listen(GuardedSession, "after_flush_postexec", flush_guard.after_flush_postexec)
event.listen(GuardedSession, "before_attach", flush_guard.before_attach)
event.listen(GuardedSession, "persistent_to_detached", flush_guard.remember_detached)
event.listen(Child, "before_insert", flush_guard.before_insert, propagate=True)
