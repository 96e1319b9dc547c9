"""Bringing a PostgreSQL site under its policies: what is missing, in SQL, and how it is undone.

The catalog is the only memory: the application role stands in the comment of a function, the form
of each policy in its own. So everything may be run twice, and nothing is said to be done that is
not there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, text

from core.access.policies import (
    FUNCTIONS,
    NAMES,
    POLICY,
    Guarded,
    digest,
    guarded_tables,
    lowering,
    raising,
)
from core.access.wall import PROBE
from core.errors import Refused
from core.i18n import gettext as _

PREFIX = "sunmao "
_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_OWNED = """
SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
    obj_description(p.oid, 'pg_policy') AS mark, pg_get_userbyid(c.relowner) AS owner,
    EXISTS (SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
        WHERE t.tgrelid = c.oid AND f.proname = 'core_append_only') AS append_only,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_num')
        AND c.relname LIKE '%\\_version' AS is_version
FROM pg_class c
LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = :policy
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""
_SEQUENCES = """
SELECT s.relname AS name, s.oid AS key
FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid
WHERE s.relkind = 'S' AND t.relname = ANY(:tables)
  AND s.relnamespace = current_schema()::regnamespace ORDER BY s.relname
"""
_ROLE = "FROM pg_roles WHERE rolname = :role"
_OWNS = """
SELECT coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
    WHERE oid = to_regclass('core_epoch')), true)
"""


@dataclass(frozen=True, slots=True)
class Hardened:
    """What the catalog says: the application role, and what is not under the wall."""

    role: str
    functions: str
    bare: tuple[str, ...]  # protected tables without their policy, or with one of another form
    user: str
    exempt: bool  # the connected role passes every policy


def state(connection: Connection, metadata: MetaData) -> Hardened | None:
    """Return how a database is hardened; None if it is not at all."""
    found = connection.execute(
        text(
            "SELECT obj_description(to_regproc(:probe), 'pg_proc') AS said, current_user AS name, "
            "rolsuper OR rolbypassrls AS exempt FROM pg_roles WHERE rolname = current_user"
        ),
        {"probe": PROBE},
    ).one()
    if not (found.said or "").startswith(PREFIX):
        return None
    _word, mark, role = found.said.split(" ", 2)
    tables = _tables(connection)
    bare = [one.table for one in guarded_tables(metadata) if not _is_raised(one, tables)]
    return Hardened(role, mark, tuple(bare), found.name, bool(found.exempt))


def owns_tables(connection: Connection) -> bool:
    """Tell whether the connected role may change the tables; anybody may make the first ones."""
    return connection.dialect.name != "postgresql" or bool(connection.scalar(text(_OWNS)))


def plan(connection: Connection, metadata: MetaData, role: str) -> list[str]:
    """Return the statements that are missing until the site is hardened for `role`.

    Raises Refused where that cannot be done, naming why.
    """
    if not owns_tables(connection) or not _tables(connection):
        raise Refused(
            _("This address is not that of the owner of the tables. Set database_owner_url to it.")
        )
    return [
        *_for_role(connection, role),
        *_for_functions(connection, metadata, role),
        *plan_tables(connection, metadata, role, lambda _table: True),
    ]


def plan_tables(
    connection: Connection, metadata: MetaData, role: str, concerned: Callable[[str], bool]
) -> list[str]:
    """Return what is missing for these tables: privileges of the application, and policies."""
    tables = {name: row for name, row in _tables(connection).items() if concerned(name)}
    known = {name for name in metadata.tables if name in tables}
    known |= {name for name in tables if tables[name].is_version and _is_history(name, metadata)}
    statements = list(_grants(connection, role, {name: tables[name] for name in sorted(known)}))
    for guarded in guarded_tables(metadata):
        if guarded.table in tables and not _is_raised(guarded, tables):
            statements += raising(guarded)
    return statements


def raise_again(
    connection: Connection, metadata: MetaData, concerned: Callable[[str], bool]
) -> None:
    """Put tables that a migration made or changed under their policies, on a hardened site."""
    found = state(connection, metadata)
    if found is not None:
        for statement in plan_tables(connection, metadata, found.role, concerned):
            connection.exec_driver_sql(statement)


def lower_for_migration(connection: Connection, concerned: Callable[[str], bool]) -> None:
    """Take policies down until the end of this transaction: they name columns that may change."""
    for name, row in _tables(connection).items():
        if row.mark is not None and concerned(name):
            for statement in lowering(name):
                connection.exec_driver_sql(statement)


def undo(connection: Connection) -> list[str]:
    """Return the statements that lift every policy; the role keeps its privileges and works on."""
    statements = [
        statement
        for name, row in sorted(_tables(connection).items())
        if row.mark is not None
        for statement in lowering(name)
    ]
    if connection.scalar(text("SELECT to_regproc(:probe)"), {"probe": PROBE}) is not None:
        statements += [f"DROP FUNCTION IF EXISTS {name}" for name in NAMES]
    return statements


def _tables(connection: Connection) -> dict[str, Any]:
    return {row.name: row for row in connection.execute(text(_OWNED), {"policy": POLICY})}


def _is_raised(guarded: Guarded, tables: dict[str, Any]) -> bool:
    """Tell whether a table stands under exactly this policy; one that is not there needs none."""
    row = tables.get(guarded.table)
    return row is None or (row.forced and row.mark == guarded.mark)


def _is_history(name: str, metadata: MetaData) -> bool:
    owner = name.removesuffix("_version")
    return any(table.startswith(f"{owner}_") for table in metadata.tables)


def _for_role(connection: Connection, role: str) -> Iterator[str]:
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    owner = connection.scalar(
        text("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('core_epoch')")
    )
    found = connection.execute(
        text(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole "
            f"OR pg_has_role(rolname, :owner, 'MEMBER') AS mighty {_ROLE}"
        ),
        {"role": role, "owner": owner},
    ).one_or_none()
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    if found is None:
        yield f"CREATE ROLE {quoted} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
        yield f"GRANT USAGE ON SCHEMA {schema} TO {quoted}"
        return
    if found.mighty:
        raise Refused(
            _(
                "Policies do not hold the role %(role)s: it owns the tables, is superuser, or may "
                "create roles or pass row-level security. Name another one.",
                role=role,
            )
        )
    rights = text("SELECT has_schema_privilege(:role, current_schema(), :right)")
    if not connection.scalar(rights, {"role": role, "right": "USAGE"}):
        yield f"GRANT USAGE ON SCHEMA {schema} TO {quoted}"
    if connection.scalar(rights, {"role": role, "right": "CREATE"}):
        yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {quoted}"


def _for_functions(connection: Connection, metadata: MetaData, role: str) -> list[str]:
    mark, found = digest("".join(FUNCTIONS)), state(connection, metadata)
    if found is not None and (found.functions, found.role) == (mark, role):
        return []
    name = role.replace("'", "''")
    said = f"COMMENT ON FUNCTION {NAMES[-1]} IS '{PREFIX}{mark} {name}'"
    return [*(one.strip() for one in FUNCTIONS), said]


def _grants(connection: Connection, role: str, tables: dict[str, Any]) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    exists = bool(connection.scalar(text(f"SELECT count(*) {_ROLE}"), {"role": role}))
    for name, row in tables.items():
        held = _held(connection, role, name) if exists else set()
        wanted = _wanted(row)
        if held - wanted:
            yield f"REVOKE ALL ON {quote(name)} FROM {quote(role)}"
        if held != wanted:
            ordered = ", ".join(one for one in _PRIVILEGES if one in wanted)
            yield f"GRANT {ordered} ON {quote(name)} TO {quote(role)}"
    for row in connection.execute(text(_SEQUENCES), {"tables": list(tables)}):
        asked = text("SELECT has_sequence_privilege(:role, cast(:one AS oid), 'USAGE')")
        if not exists or not connection.scalar(asked, {"role": role, "one": row.key}):
            yield f"GRANT USAGE ON SEQUENCE {quote(row.name)} TO {quote(role)}"


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
