"""What stands in the catalog of a PostgreSQL site: policies, functions, and who could pass them.

Read each time from the catalog, never from what was once said to be done. Beside a policy stands
its mark: of the condition that the declarations want, and of all that PostgreSQL made of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData, text

from core.access.declarations import declared
from core.access.policies import (
    FUNCTIONS,
    POLICY,
    STANDS,
    Guarded,
    body_of,
    digest,
    guarded_tables,
    in_schema,
    name_of,
)
from core.access.wall import PROBE, QUIET

PREFIX = "sunmao "
QUIET_NAME, PROBE_NAME = f"{QUIET}()", f"{PROBE}(text, text, text)"
TABLES = f"""
SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
    p.oid IS NOT NULL AS has_policy, obj_description(p.oid, 'pg_policy') AS mark,
    CASE WHEN p.oid IS NOT NULL THEN {STANDS} END AS stands,
    ARRAY(SELECT o.polname::text FROM pg_policy o WHERE o.polrelid = c.oid AND o.polpermissive
        AND o.polname <> '{POLICY}' ORDER BY 1) AS others,
    EXISTS (SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
        WHERE t.tgrelid = c.oid AND f.proname = 'core_append_only') AS append_only,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_num')
        AND c.relname LIKE '%\\_version' AS is_version
FROM pg_class c
LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = '{POLICY}'
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""  # noqa: S608 - our own constants
_FUNCTIONS = """
SELECT p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name, p.prosrc AS body,
    l.lanname AS language, p.prosecdef AS definer, p.provolatile::text AS volatility,
    coalesce(array_to_string(p.proconfig, '; '), '') AS config,
    has_function_privilege('public', p.oid, 'EXECUTE') AS public,
    obj_description(p.oid, 'pg_proc') AS said
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = current_schema()::regnamespace AND starts_with(p.proname, 'core_wall_')
"""
# Whoever may SET ROLE to somebody may all that they may; owners lift policies, replace functions,
# or set for everybody what is said.
_MIGHT = """
SELECT coalesce(bool_or(r.rolsuper OR r.rolbypassrls OR r.rolreplication OR r.rolname IN (
        'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'
    )), false) AS passes,
    coalesce(bool_or(r.rolcreaterole OR r.oid IN (
        SELECT relowner FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')
        UNION SELECT proowner FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
        UNION SELECT nspowner FROM pg_namespace WHERE oid = current_schema()::regnamespace
        UNION SELECT datdba FROM pg_database WHERE datname = current_database()
    )), false) AS rules
FROM pg_roles a JOIN pg_roles r ON pg_has_role(a.oid, r.oid, 'MEMBER')
WHERE a.rolname = :role
"""


@dataclass(frozen=True, slots=True)
class Hardened:
    """What the catalog says: the application role, and what is not as this code wants it."""

    role: str
    bare: tuple[str, ...]  # tables that stand under another policy than they should, or none
    altered: tuple[str, ...]  # functions that are missing, another's, or open to others
    user: str
    exempt: str  # whom no policy holds: the connected role, else the application's; or ""


def state(connection: Connection, metadata: MetaData) -> Hardened | None:
    """Return how a database is hardened; None if it is not at all."""
    tables, functions = tables_of(connection), functions_of(connection)
    guarded = {one.table: one for one in guarded_tables(metadata)}
    if PROBE_NAME not in functions and not any(
        row.has_policy or (row.forced and name in guarded) for name, row in tables.items()
    ):
        return None
    role = remembered(functions) or ""
    user = connection.scalar(text("SELECT current_user"))
    exempt = ""
    if might(connection, user).passes:
        exempt = user
    elif any(might(connection, role)):
        exempt = role
    bare = [name for name in guarded if name in tables and not is_raised(guarded[name], tables)]
    bare += surplus(metadata, tables)
    return Hardened(role, tuple(bare), tuple(altered(connection, functions, role)), user, exempt)


def tables_of(connection: Connection) -> dict[str, Any]:
    """Return the tables of the schema by name, and what keeps their rows."""
    return {row.name: row for row in connection.execute(text(TABLES))}


def functions_of(connection: Connection) -> dict[str, Any]:
    """Return the functions of the wall by name and types, whoever made them."""
    return {row.name: row for row in connection.execute(text(_FUNCTIONS))}


def remembered(functions: dict[str, Any]) -> str | None:
    """Return the application role of a site that is hardened, or was until `--undo`."""
    for name in (QUIET_NAME, PROBE_NAME):
        said = getattr(functions.get(name), "said", None) or ""
        if said.startswith(PREFIX):
            role: str = said.split(" ", 2)[2]
            return role
    return None


def might(connection: Connection, role: str) -> Any:
    """Tell what a role could do, itself or as a member: pass every policy, or rule over them."""
    return connection.execute(text(_MIGHT), {"role": role}).one()


def is_raised(guarded: Guarded, tables: dict[str, Any]) -> bool:
    """Tell whether a table stands under exactly this policy, as it was made, and no wider one."""
    row = tables[guarded.table]
    return bool(row.forced and not row.others and row.mark == f"{guarded.mark} {row.stands}")


def surplus(metadata: MetaData, tables: dict[str, Any]) -> list[str]:
    """Return known tables without protected rows that stand under a policy of ours."""
    standing = [metadata.tables[name] for name, row in tables.items()
                if row.has_policy and name in metadata.tables]  # fmt: skip
    return [
        table.name
        for table in standing
        if (known := declared(table)) is not None and known.kind != "protected"
    ]


def altered(connection: Connection, functions: dict[str, Any], role: str) -> Iterator[str]:
    """Yield functions that are not as this code makes them for the role, and those beside them."""
    schema = schema_of(connection)
    wanted = {name_of(one): one for one in FUNCTIONS}
    for name, form in wanted.items():
        row, quiet = functions.get(name), name == QUIET_NAME
        config = f"search_path=pg_catalog, {schema}, pg_temp" if quiet else ""
        made = (body_of(in_schema(form, schema)), "plpgsql", quiet, "v" if quiet else "s", config)
        remembers = name in {QUIET_NAME, PROBE_NAME}
        if (
            row is None
            or made != (row.body, row.language, row.definer, row.volatility, row.config)
            or (remembers and row.said != said_for(role))
            or (quiet and (row.public or not _may_call(connection, role, name)))
        ):
            yield name
    yield from sorted(functions.keys() - wanted.keys())


def said_for(role: str) -> str:
    """Return the comment of two functions: for whom, and of which form of all of them."""
    return f"{PREFIX}{digest(''.join(FUNCTIONS))} {role}"


def schema_of(connection: Connection) -> str:
    """Return the quoted name of the schema in which the site's tables are."""
    return str(connection.scalar(text("SELECT quote_ident(current_schema())")))


def _may_call(connection: Connection, role: str, name: str) -> bool:
    asked = text(
        "SELECT has_function_privilege(oid, to_regprocedure(:name), 'EXECUTE') "
        "FROM pg_roles WHERE rolname = :role"
    )
    return bool(connection.scalar(asked, {"role": role, "name": name}))
