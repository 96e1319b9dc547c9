"""The SQL by which a hardened PostgreSQL keeps rows to those who may see them.

Made from the mapped declarations. Functions and sub-selects that do not speak of the row are
evaluated once a statement (that is why they stand in `(SELECT …)`); keys are looked up by the
primary key of their table, or hashed where many rows are asked about.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Table, inspect
from sqlalchemy.orm import Mapper

from core.access.declarations import DIMENSIONS, declared, scope_columns
from core.access.resources import dimensions_of, resource_of
from core.access.wall import PROBE, QUIET, SETTING, WIDE

POLICY = "core_wall"

# What is said is no object when it is the marker, and empty after a transaction that said it.
_TERMS = f"""
CREATE OR REPLACE FUNCTION {PROBE}(side text, about text, carried text)
RETURNS TABLE (org int, customer int, owner int, self int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 AS $$
#variable_conflict use_column
DECLARE
    said text := current_setting('{SETTING}', true);
    terms jsonb;
BEGIN
    IF said IS NULL OR left(said, 1) <> '{{' THEN RETURN; END IF;
    terms := said::jsonb -> side;
    RETURN QUERY
    SELECT (t->>0)::int, (t->>1)::int, (t->>2)::int, (t->>3)::int
    FROM jsonb_array_elements(
        coalesce(terms -> '*', '[]'::jsonb) || coalesce(terms -> about, '[]'::jsonb)
    ) t
    WHERE (t->>0 IS NULL OR strpos(carried, 'org') > 0)
      AND (t->>1 IS NULL OR strpos(carried, 'customer') > 0)
      AND ((t->>2 IS NULL AND t->>3 IS NULL) OR strpos(carried, 'owner') > 0);
END $$
"""  # noqa: S608 - our own constants
_ALL = f"""
CREATE OR REPLACE FUNCTION core_wall_all(about text, carried text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM {PROBE}('allow', about, carried) t
        WHERE t.org IS NULL AND t.customer IS NULL AND t.owner IS NULL AND t.self IS NULL);
END $$
"""
_SETS = f"""
CREATE OR REPLACE FUNCTION core_wall_sets(dimension text, about text, carried text) RETURNS int[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN NULLIF(ARRAY(
        SELECT coalesce(t.org, t.customer, t.owner) FROM {PROBE}('allow', about, carried) t
        WHERE CASE dimension
            WHEN 'org' THEN t.org IS NOT NULL AND num_nonnulls(t.customer, t.owner, t.self) = 0
            WHEN 'customer' THEN t.customer IS NOT NULL AND num_nonnulls(t.org, t.owner, t.self) = 0
            ELSE t.owner IS NOT NULL AND num_nonnulls(t.org, t.customer) = 0 END), '{{}}');
END $$
"""  # noqa: S608 - our own constants
_SELF = f"""
CREATE OR REPLACE FUNCTION core_wall_self(about text, carried text) RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT max(t.self) FROM {PROBE}('allow', about, carried) t
        WHERE num_nonnulls(t.org, t.customer) = 0);
END $$
"""  # noqa: S608 - our own constants
_HAS = f"""
CREATE OR REPLACE FUNCTION core_wall_has(what text, about text, carried text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF what = 'part' THEN
        RETURN EXISTS (SELECT FROM {PROBE}('allow', about, carried))
            AND (current_setting('{SETTING}', true)::jsonb -> 'takes_part')::boolean;
    ELSIF what = 'denial' THEN
        RETURN EXISTS (SELECT FROM {PROBE}('deny', about, carried));
    END IF;
    RETURN EXISTS (
        SELECT FROM {PROBE}('allow', about, carried) t
        WHERE num_nonnulls(t.org, t.customer, coalesce(t.owner, t.self)) > 1);
END $$
"""  # noqa: S608 - our own constants
_USER = f"""
CREATE OR REPLACE FUNCTION core_wall_user() RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE said text := current_setting('{SETTING}', true);
BEGIN
    IF said IS NULL OR left(said, 1) <> '{{' THEN RETURN NULL; END IF;
    RETURN (said::jsonb ->> 'user')::int;
END $$
"""
_QUIET = f"""
CREATE OR REPLACE FUNCTION {QUIET}() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, @schema, pg_temp AS $$
BEGIN
    LOCK TABLE @schema.core_audit IN SHARE MODE;
END $$
"""
FUNCTIONS = (_TERMS, _ALL, _SETS, _SELF, _HAS, _USER, _QUIET)
NAMES = (
    "core_wall_user()",
    "core_wall_has(text, text, text)",
    "core_wall_self(text, text)",
    "core_wall_sets(text, text, text)",
    "core_wall_all(text, text)",
    f"{QUIET}()",
    f"{PROBE}(text, text, text)",
)
# All that a policy is, as PostgreSQL itself writes it: so one that was altered is noticed.
STANDS = """md5(concat_ws('|', p.polcmd, p.polpermissive, p.polroles::text,
    coalesce(pg_get_expr(p.polqual, p.polrelid), '-'),
    coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '-')))"""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A table with protected rows, and the condition of its policy."""

    table: str
    condition: str

    @property
    def mark(self) -> str:
        """Return what stands beside the policy, so that one of older declarations is noticed."""
        return digest(self.condition)


def digest(text: str) -> str:
    """Return a short name for exactly this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def quoted(name: str) -> str:
    """Return a name as SQL writes it, to the letter (a driver's own would double a percent)."""
    return '"' + name.replace('"', '""') + '"'


def in_schema(function: str, schema: str) -> str:
    """Return the statement that makes a function, for the tables of this (quoted) schema."""
    return function.strip().replace("@schema", schema)


def name_of(function: str) -> str:
    """Return name and types of the function that a statement of FUNCTIONS makes."""
    word = function.split("FUNCTION ", 1)[1].split("(", 1)[0]
    return next(name for name in NAMES if name.startswith(f"{word}("))


def body_of(function: str) -> str:
    """Return what PostgreSQL keeps as the source of a function, to the letter."""
    return function.split("$$")[1]


def guarded_tables(metadata: MetaData) -> Iterator[Guarded]:
    """Yield every mapped table whose class is Scoped or Child, parents before their subclasses."""
    for table in metadata.sorted_tables:
        known = declared(table)
        if known is None or known.kind != "protected" or known.model is None:
            continue
        mapper: Mapper[Any] = inspect(known.model)
        if table.name == known.base:
            condition = _condition(mapper, known.resource)
        else:
            condition = _as_base(table, mapper)
        yield Guarded(table.name, condition)


def _condition(mapper: Mapper[Any], resource: str) -> str:
    carried = dimensions_of(resource)
    columns = {key: f'"{column.name}"' for key, column in scope_columns(mapper).items()}
    about = f"'{resource}', '{' '.join(key for key in DIMENSIONS if key in carried)}'"
    alternatives = [f"(SELECT core_wall_all({about}))"]
    if "owner" in carried:
        alternatives.append(f"{columns['owner']} = (SELECT core_wall_self({about}))")
    alternatives += [
        f"((SELECT core_wall_sets('{key}', {about})) IS NOT NULL AND EXISTS ("  # noqa: S608
        f"SELECT FROM core_access_set_key k WHERE k.key = {columns[key]} "
        f"AND k.set_id = ANY ((SELECT core_wall_sets('{key}', {about}))::int[])))"
        for key in DIMENSIONS
        if key in carried
    ]
    alternatives.append(
        f"((SELECT core_wall_has('several', {about})) AND {_meets('allow', about, columns)})"
    )
    declaration = resource_of(resource)
    if declaration is not None and declaration.participants:
        key = mapper.base_mapper.primary_key[0].name
        alternatives.append(
            f"((SELECT core_wall_has('part', {about})) AND EXISTS ("  # noqa: S608 - our own names
            f"SELECT FROM core_participant p WHERE p.resource = '{resource}' "
            f'AND p.record_id = "{key}" AND p.user_id = (SELECT core_wall_user())))'
        )
    allowed = "\n    OR ".join(alternatives)
    denied = f"(SELECT core_wall_has('denial', {about})) AND {_meets('deny', about, columns)}"
    return f"{_wide()} OR ((\n    {allowed})\n    AND NOT ({denied}))"


def _meets(side: str, about: str, columns: Mapping[str, str]) -> str:
    """Return the test whether one of the terms of a side holds on all that it names.

    The terms are worked out once a statement, for nothing about them hangs on the row.
    """
    in_set = {
        key: f"EXISTS (SELECT FROM core_access_set_key k WHERE k.set_id = t.{key} "
        f"AND k.key = {column})"
        for key, column in columns.items()
    }
    return (
        f"EXISTS (SELECT FROM {PROBE}('{side}', {about}) t "
        f"WHERE (t.org IS NULL OR {in_set['org']}) "
        f"AND (t.customer IS NULL OR {in_set['customer']}) "
        f"AND ((t.owner IS NULL AND t.self IS NULL) OR t.self = {columns['owner']} "
        f"OR {in_set['owner']}))"
    )


def _as_base(table: Table, mapper: Mapper[Any]) -> str:
    """Return the condition of a subclass's own table: its row in the base's table is seen."""
    base = mapper.base_mapper
    own = next(iter(table.primary_key)).name
    above = base.local_table.name  # type: ignore[attr-defined]
    key = base.primary_key[0].name
    return f'{_wide()} OR EXISTS (SELECT FROM "{above}" b WHERE b."{key}" = "{table.name}"."{own}")'


def _wide() -> str:
    return f"(SELECT current_setting('{SETTING}', true) = '{WIDE}')"


def raising(guarded: Guarded) -> list[str]:
    """Return the statements that put a table under its policy, whatever there was before."""
    name = f'"{guarded.table}"'
    stands = (
        f"SELECT '{guarded.mark} ' || {STANDS}\n"  # noqa: S608 - our own names
        f"    FROM pg_policy p WHERE p.polrelid = '{name}'::regclass AND p.polname = '{POLICY}'"
    )
    comment = (
        f"EXECUTE 'COMMENT ON POLICY {POLICY} ON {name} IS ' || quote_literal((\n    {stands}))"
    )
    return [
        f"DROP POLICY IF EXISTS {POLICY} ON {name}",
        f"CREATE POLICY {POLICY} ON {name} USING (\n    {guarded.condition}\n)",
        f"DO $wall$ BEGIN\n{comment};\nEND $wall$",
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
    ]


def lowering(table: str) -> list[str]:
    """Return the statements that take a table from under its policy."""
    return [
        f'DROP POLICY IF EXISTS {POLICY} ON "{table}"',
        f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
    ]
