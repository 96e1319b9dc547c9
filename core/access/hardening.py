"""Bringing a PostgreSQL site under its policies: what is missing, in SQL, and how it is undone.

The catalog is the only memory: the application role stands in the comments of two functions, one of
which outlives `--undo`; the form of each policy in its own. So everything may be run twice, and
nothing is said to be done that is not there.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, text

from core.access.policies import (
    FUNCTIONS,
    guarded_tables,
    in_schema,
    lowering,
    name_of,
    quoted,
    raising,
)
from core.access.wall_state import (
    PROBE_NAME,
    QUIET_NAME,
    altered,
    functions_of,
    is_raised,
    might,
    remembered,
    said_for,
    schema_of,
    state,
    surplus,
    tables_of,
)
from core.errors import Refused
from core.i18n import gettext as _

_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_SEQUENCES = """
SELECT s.relname AS name, s.oid AS key
FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid
WHERE s.relkind = 'S' AND t.relname = ANY(:tables)
  AND s.relnamespace = current_schema()::regnamespace ORDER BY s.relname
"""
_OWNS = """
SELECT coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
    WHERE oid = to_regclass('core_epoch')), true)
"""


def owns_tables(connection: Connection) -> bool:
    """Tell whether the connected role may change the tables; anybody may make the first ones."""
    return connection.dialect.name != "postgresql" or bool(connection.scalar(text(_OWNS)))


def run(connection: Connection, statements: Iterable[str]) -> None:
    """Run statements to the letter: a name may hold a percent sign."""
    for one in statements:
        connection.exec_driver_sql(one, execution_options={"no_parameters": True})


def plan(connection: Connection, metadata: MetaData, role: str) -> list[str]:
    """Return the statements that are missing until the site is hardened for `role`.

    Raises Refused where that cannot be done, naming why.
    """
    if not owns_tables(connection) or not tables_of(connection):
        raise Refused(
            _("This address is not that of the owner of the tables. Set database_owner_url to it.")
        )
    return [
        *_for_role(connection, role),
        *_for_functions(connection, role),
        *plan_tables(connection, metadata, role, lambda _table: True),
    ]


def plan_tables(
    connection: Connection,
    metadata: MetaData,
    role: str | None,
    concerned: Callable[[str], bool],
    *,
    raised: bool = True,
) -> list[str]:
    """Return what is missing for these tables: privileges of the application, and policies."""
    tables = {
        name: row
        for name, row in tables_of(connection).items()
        if concerned(name) or row.is_version
    }
    known = {name for name in metadata.tables if name in tables}
    known |= {name for name in tables if tables[name].is_version and _is_history(name, metadata)}
    statements: list[str] = []
    if role is not None:
        statements += _grants(connection, role, {name: tables[name] for name in sorted(known)})
    for guarded in guarded_tables(metadata) if raised else ():
        if guarded.table in tables and not is_raised(guarded, tables):
            others = tables[guarded.table].others
            statements += [_drop_policy(one, guarded.table) for one in others]
            statements += raising(guarded)
    for name in surplus(metadata, tables):
        statements += lowering(name)
    return statements


def raise_again(
    connection: Connection, metadata: MetaData, concerned: Callable[[str], bool]
) -> None:
    """Put tables that a migration made or changed under their policies, on a hardened site.

    Where hardening was undone, give them to the role that the site still has.
    """
    hardened = state(connection, metadata) is not None
    role = remembered(functions_of(connection))
    if role is not None and not _exists(connection, role):
        role = None  # as where a backup was restored beside other roles
    if hardened and role is not None:
        run(connection, _for_functions(connection, role))
    if hardened or role is not None:
        run(connection, plan_tables(connection, metadata, role, concerned, raised=hardened))


def keep_hardened(connection: Connection, metadata: MetaData) -> None:
    """Bring functions and policies to what this code wants, as their owner on a hardened site."""
    if connection.dialect.name == "postgresql" and owns_tables(connection):
        raise_again(connection, metadata, lambda _table: True)


def lower_for_migration(connection: Connection, concerned: Callable[[str], bool]) -> None:
    """Take policies down until the end of this transaction: they name columns that may change."""
    for name, row in tables_of(connection).items():
        if row.has_policy and concerned(name):
            run(connection, lowering(name))


def undo(connection: Connection) -> list[str]:
    """Return the statements that lift every policy; the role keeps its privileges and works on.

    So the function stays by which it keeps writers of the trail out, and remembers the role.
    """
    functions = functions_of(connection)
    role = remembered(functions)
    statements = [
        statement
        for name, row in sorted(tables_of(connection).items())
        if row.has_policy
        for statement in lowering(name)
    ]
    gone = sorted(functions.keys() - {QUIET_NAME, PROBE_NAME})
    gone += [PROBE_NAME] * (PROBE_NAME in functions)
    statements += [f"DROP FUNCTION IF EXISTS {name}" for name in gone]
    if statements and role is not None and _exists(connection, role):
        statements += _quiet(connection, role)
    return statements


def _drop_policy(policy: str, table: str) -> str:
    return f"DROP POLICY {quoted(policy)} ON {quoted(table)}"


def _is_history(name: str, metadata: MetaData) -> bool:
    owner = name.removesuffix("_version")
    return any(table.startswith(f"{owner}_") for table in metadata.tables)


def _exists(connection: Connection, role: str) -> bool:
    asked = text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    return bool(connection.scalar(asked, {"role": role}))


def _for_role(connection: Connection, role: str) -> Iterator[str]:
    schema, found = schema_of(connection), _exists(connection, role)
    if found and any(might(connection, role)):
        raise Refused(
            _(
                "Policies do not hold the role %(role)s: it owns tables, the schema or the "
                "database, is superuser, or may create roles, replicate, use the server's files or "
                "pass row-level security, by itself or as a member of another role. Name another "
                "one.",
                role=role,
            )
        )
    if not found:
        made = f"CREATE ROLE {quoted(role)} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
        yield _if_may(connection, made, "rolcreaterole FROM pg_roles WHERE rolname = current_user")
    before = remembered(functions_of(connection))
    if before not in {None, role} and _exists(connection, str(before)):
        for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM {quoted(str(before))}"
        yield f"REVOKE ALL ON SCHEMA {schema} FROM {quoted(str(before))}"
    rights = text("SELECT has_schema_privilege(:role, current_schema(), :right)")
    asked = role if found else "public"
    if not connection.scalar(rights, {"role": asked, "right": "USAGE"}):
        yield f"GRANT USAGE ON SCHEMA {schema} TO {quoted(role)}"
    if connection.scalar(rights, {"role": asked, "right": "CREATE"}):
        yield _if_may(
            connection,
            f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {quoted(role)}",
            "pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = current_schema()",
        )


def _if_may(connection: Connection, statement: str, right: str) -> str:
    """Return a statement if the connected role may run it; else say who has to."""
    mighty = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    if not connection.scalar(text(f"SELECT {right}")) and not connection.scalar(text(mighty)):
        raise Refused(
            _(
                "The owner of the tables may not do this; nothing was changed. Have it done by a "
                "superuser, then run the command again: %(sql)s",
                sql=statement,
            )
        )
    return statement


def _for_functions(connection: Connection, role: str) -> list[str]:
    """Return what makes all functions anew if one is not as it should be, or for another role."""
    functions, schema = functions_of(connection), schema_of(connection)
    wrong = list(altered(connection, functions, role))
    if not wrong:
        return []
    known = [in_schema(one, schema) for one in FUNCTIONS[:-1]]
    strange = sorted(set(wrong) - {name_of(one) for one in FUNCTIONS})
    ours = f"COMMENT ON FUNCTION {PROBE_NAME} IS {_literal(said_for(role))}"
    gone = [f"DROP FUNCTION {name}" for name in strange]
    return [*gone, *known, ours, *_quiet(connection, role)]


def _quiet(connection: Connection, role: str) -> list[str]:
    return [
        in_schema(FUNCTIONS[-1], schema_of(connection)),
        f"COMMENT ON FUNCTION {QUIET_NAME} IS {_literal(said_for(role))}",
        f"REVOKE ALL ON FUNCTION {QUIET_NAME} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {QUIET_NAME} TO {quoted(role)}",
    ]


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _grants(connection: Connection, role: str, tables: dict[str, Any]) -> Iterator[str]:
    exists = _exists(connection, role)
    for name, row in tables.items():
        held = _held(connection, role, name) if exists else set()
        wanted = _wanted(row)
        if held - wanted:
            yield f"REVOKE ALL ON {quoted(name)} FROM {quoted(role)}"
        if held != wanted:
            ordered = ", ".join(one for one in _PRIVILEGES if one in wanted)
            yield f"GRANT {ordered} ON {quoted(name)} TO {quoted(role)}"
    for row in connection.execute(text(_SEQUENCES), {"tables": list(tables)}):
        asked = text("SELECT has_sequence_privilege(:role, cast(:one AS oid), 'USAGE')")
        if not exists or not connection.scalar(asked, {"role": role, "one": row.key}):
            yield f"GRANT USAGE ON SEQUENCE {quoted(row.name)} TO {quoted(role)}"


def _wanted(row: Any) -> set[str]:
    if row.is_version:
        return {"SELECT"}
    return {"SELECT", "INSERT"} | (set() if row.append_only else {"UPDATE", "DELETE"})


def _held(connection: Connection, role: str, table: str) -> set[str]:
    asked = ", ".join(
        f"has_table_privilege(:role, quote_ident(:name), '{one}') AS \"{one}\""
        for one in _PRIVILEGES
    )
    row = connection.execute(text(f"SELECT {asked}"), {"role": role, "name": table})
    return {one for one, held in row.mappings().one().items() if held}
