"""Triggers that make the database itself refuse to alter or delete rows of a table."""

from typing import Any

from sqlalchemy import DDL, Table, event

_SQLITE = """
CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'this table is append-only' USING ERRCODE = 'restrict_violation'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION core_append_only()
"""


def append_only_statements(table: str, dialect: str) -> list[str]:
    """Return the statements that make `table` append-only; migrations execute them."""
    if dialect == "sqlite":
        return [_SQLITE.format(table=table, act=act) for act in ("UPDATE", "DELETE")]
    if dialect == "postgresql":
        return [_FUNCTION, _POSTGRESQL.format(table=table)]
    return []


def keep_append_only(model: type[Any]) -> None:
    """Create the triggers whenever the metadata creates the table of `model`."""
    table: Table = model.__table__
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(table.name, dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def alterable_statements(table: str, dialect: str) -> list[str]:
    """Return the statements that undo `append_only_statements`, for downgrades."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER {table}_no_{act}" for act in ("UPDATE", "DELETE")]
    if dialect == "postgresql":
        return [f"DROP TRIGGER {table}_append_only ON {table}"]
    return []
