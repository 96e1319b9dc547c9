"""Positive verification: compiled SQL carries a scope mark for every use of a protected table.

Uses and marks are matched by the SELECT they stand in and the name they have there, which is how
the database itself resolves names; so a mark on one alias never covers another. The verdict is
kept on the compiled statement, so a cached statement is judged once.
"""

from typing import Any

from sqlalchemy import DDL, Connection, Engine, event
from sqlalchemy.sql.compiler import DDLCompiler

from core.access.declarations import named_in
from core.access.frames import TRUSTED, Frame, present_frame
from core.access.ledger import Ledger, Use, VerifyingCompiler, is_protected
from core.access.uses import READING, note
from core.errors import ProgrammingFault

READS_OF_STRUCTURE = (
    "PRAGMA main.",
    "PRAGMA temp.",
    "PRAGMA table_info",
    "PRAGMA foreign_key_check",
)


class UnguardedStatement(ProgrammingFault):
    """A statement could reach rows past the wall; it was stopped before the database saw it."""


def verdict_of(compiled: Any) -> tuple[Ledger, list[Use]]:
    """Return the ledger and the unmarked uses of a compiled statement, found once."""
    found = compiled.__dict__.get("_scope_verdict")
    if found is None:
        ledger = _ledger_of(compiled)
        found = compiled.__dict__["_scope_verdict"] = (ledger, ledger.unmarked())
    verdict: tuple[Ledger, list[Use]] = found
    return verdict


def _ledger_of(compiled: Any) -> Ledger:
    if not isinstance(compiled, DDLCompiler):
        found: Ledger | None = getattr(compiled, "ledger", None)
        return found or Ledger(faults=["the statement was compiled without the wall"])
    inner = compiled.__dict__.get("sql_compiler")  # made when the DDL holds a SELECT
    ledger: Ledger = inner.ledger if inner is not None else Ledger()
    text = compiled.statement.statement if isinstance(compiled.statement, DDL) else ""
    named = named_in(text)
    if named:
        ledger.faults.append(f"SQL text names {named}")
    return ledger


def verify(compiled: Any, frame: Frame | None, *, stores_objects: bool) -> None:
    """Raise UnguardedStatement unless the statement is proved to stay inside the wall."""
    ledger, unmarked = verdict_of(compiled)
    if ledger.faults:
        raise UnguardedStatement(ledger.faults[0])
    for use in unmarked:
        if frame and use.outermost and use.table in frame.refresh:
            continue
        if stores_objects and use.is_target:
            continue
        raise UnguardedStatement(f"{use.table} is read or changed without a scope condition")
    inserted = [] if stores_objects else [t.name for t in ledger.inserts if is_protected(t)]
    if inserted:
        raise UnguardedStatement(f"insert into {inserted[0]} past the unit of work")
    silent = [use.table for use in ledger.uses if use.known is None]
    if silent and frame is not None:
        raise UnguardedStatement(f"table {silent[0]} does not declare who may see its rows")


def guard_engine(engine: Engine) -> None:
    """Put the wall on an engine: its compiler keeps the ledger, its cursor obeys the verdict."""
    dialect = engine.dialect
    plain = dialect.statement_compiler
    if issubclass(plain, VerifyingCompiler):
        return
    dialect.statement_compiler = type(f"Verifying{plain.__name__}", (VerifyingCompiler, plain), {})
    event.listen(engine, "before_cursor_execute", _before_cursor)


def is_guarded(bind: Connection | Engine) -> bool:
    """Tell whether statements on `bind` are verified."""
    return issubclass(bind.dialect.statement_compiler, VerifyingCompiler)


def _before_cursor(
    connection: Connection, _cursor: Any, text: str, _values: Any, context: Any, _many: Any
) -> None:
    frame = present_frame(connection)
    if (frame is not None and frame.session.access.is_system) or TRUSTED in connection.info:
        return
    compiled = context.compiled if context is not None else None
    if compiled is None:
        named = None if text.startswith(READS_OF_STRUCTURE) else named_in(text)
        if named:
            raise UnguardedStatement(f"driver SQL names {named}")
        return
    stores_objects = (
        frame is not None
        and frame.flushing
        and (compiled.isinsert or compiled.isupdate or compiled.isdelete)
        and context.execution_options.get("compiled_cache") is not None
    )
    verify(compiled, frame, stores_objects=stores_objects)
    if frame is not None and frame.action in READING:
        uses = verdict_of(compiled)[0].uses
        read = {use.known.resource for use in uses if use.known and use.known.kind == "protected"}
        note(frame.session, [(resource, frame.action) for resource in read])
