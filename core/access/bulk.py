"""The one set-based way to change protected rows: checked, walled and audited."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update, inspect, select
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.elements import BindParameter

from core.access.children import chunks, rewrite_children
from core.access.declarations import COLUMNS, Protected, Scoped, declared, scope_columns
from core.access.flush_guard import admits, giving, remembered
from core.access.frames import trusted
from core.access.guarded_session import BULK, GuardedSession
from core.access.key_rules import follow
from core.access.verifier import UnguardedStatement
from core.audit.services import record
from core.errors import NotAllowed, ProgrammingFault
from core.i18n import gettext as _

ACT = "bulk"
BATCH = 1000


def bulk_write(session: GuardedSession, statement: Update | Delete | Insert, reason: str) -> int:
    """Run an ORM update(), delete() or insert().from_select(); return the number of rows.

    Only rows inside the range of the verb are touched; children follow rows that move. New scope
    values must be plain keys, and each row must lie inside the range for storing afterwards, as at
    a flush. A from_select reads within `query`. One audit row says what was done. Raises
    NotAllowed for a row that would land out of range.
    """
    if not reason.strip():
        raise ProgrammingFault("bulk_write() needs a reason")
    mapper = _target(statement)
    if isinstance(statement, Update):
        _refuse_links(statement, mapper)
    session.flush()
    if isinstance(statement, Insert):
        count = _insert(session, statement, mapper)
    elif isinstance(statement, Update) and (given := _new_keys(statement, mapper)):
        count = _move(session, statement, mapper, given)
    else:
        count = _change(session, statement)
    session.expire_all()
    follow(session, mapper.class_)
    facts = {"rows": count, "statement": type(statement).__name__.lower()}
    record(session, ACT, mapper.class_.__resource__, None, changes=facts, reason=reason)
    return count


def _target(statement: Any) -> Mapper[Any]:
    entity = statement.entity_description.get("entity")
    mapper: Mapper[Any] | None = inspect(entity, raiseerr=False) if entity is not None else None
    if mapper is None or not issubclass(mapper.class_, Protected):
        msg = "bulk_write() changes Scoped and Child classes; others need no such care"
        raise ProgrammingFault(msg)
    return mapper


def _refuse_links(statement: Update, mapper: Mapper[Any]) -> None:
    """Refuse new keys, and new places of records under others: nobody looks whose those are."""
    fixed = {column.key for column in mapper.columns if column.primary_key}
    for column in mapper.columns:
        for key in getattr(column, "foreign_keys", ()):
            known = declared(key.column.table)
            if known is not None and known.kind == "protected":
                fixed.add(column.key)
    given = {getattr(target, "key", str(target)) for target in statement._values or {}}  # noqa: SLF001
    names = {mapper.synonyms[n].name if n in mapper.synonyms else n for n in given}
    columns = {mapper.columns[name].key for name in names & set(mapper.columns.keys())}
    if wrong := (names | columns) & fixed:
        raise UnguardedStatement(f"bulk_write() cannot set {min(wrong)}; change the objects")


def _change(session: GuardedSession, statement: Any) -> int:
    action = "update" if isinstance(statement, Update) else "delete"
    options = {"action": action, "bulk": BULK, "synchronize_session": False}
    done: Any = session.execute(statement, execution_options=options)
    return int(done.rowcount)


def _new_keys(statement: Any, mapper: Mapper[Any]) -> dict[str, int | None]:
    """Return the scope keys that an update sets, by dimension."""
    columns = {column.key: key for key, column in scope_columns(mapper).items()}
    columns |= {name: key for key, name in COLUMNS.items()}
    given: dict[str, int | None] = {}
    for target, value in (statement._values or {}).items():  # noqa: SLF001 - no public name
        name = getattr(target, "key", str(target))
        if name not in columns:
            continue
        plain = value.value if isinstance(value, BindParameter) else value
        if plain is not None and not isinstance(plain, int):
            raise UnguardedStatement(f"bulk_write() sets {name} to plain keys only")
        given[columns[name]] = plain
    return given


def _move(
    session: GuardedSession, statement: Any, mapper: Mapper[Any], given: dict[str, int | None]
) -> int:
    """Lock the rows, judge where each would land, then change exactly those."""
    if not issubclass(mapper.class_, Scoped):
        raise UnguardedStatement("the scope of a Child follows its parent's")
    identity = mapper.base_mapper.primary_key[0]
    attribute = getattr(mapper.class_, mapper.get_property_by_column(identity).key)
    scopes = [getattr(mapper.class_, name) for name in COLUMNS.values()]
    rows = select(attribute, *scopes).with_for_update()
    if statement.whereclause is not None:
        rows = rows.where(statement.whereclause)
    found = session.execute(rows, execution_options={"action": "update"}).all()
    check_landing(
        session,
        mapper.class_,
        ({**dict(zip(COLUMNS, row[1:], strict=True)), **given} for row in found),
        ("update", "create"),
    )
    ids = [row[0] for row in found]
    count = sum(_change(session, statement.where(attribute.in_(some))) for some in chunks(ids))
    connection = session.connection()
    with trusted(connection, "children follow their record's scope"):
        rewrite_children(connection, mapper.class_, ids)
    return count


def check_landing(
    session: GuardedSession,
    model: type[Any],
    landing: Iterable[dict[str, int | None]],
    actions: Sequence[str],
) -> None:
    """Raise NotAllowed unless each scope lies inside the range of one of the verbs."""
    verbs = (*actions, *giving(model))
    reaches = [session.access.reach(model.__resource__, verb) for verb in verbs]
    scopes = [dict(one) for one in {tuple(found.items()) for found in landing}]
    with remembered(session):
        if not all(any(admits(session, one, scope) for one in reaches) for scope in scopes):
            raise NotAllowed(
                _("You may not store this: the record is, or would be, outside your range."),
                missing=(model.__resource__, actions[0]),
            )


def _insert(session: GuardedSession, statement: Insert, mapper: Mapper[Any]) -> int:
    names = [str(getattr(name, "key", name)) for name in statement._select_names or ()]  # noqa: SLF001
    columns = {key: column.key for key, column in scope_columns(mapper).items()}
    keys = {column.key for column in mapper.base_mapper.primary_key}
    if not isinstance(statement.select, Select) or not issubclass(mapper.class_, Scoped):
        raise UnguardedStatement("bulk_write() inserts Scoped rows from a SELECT; add objects else")
    if keys & set(names) or not set(columns.values()) - keys <= set(names):
        raise UnguardedStatement("an insert sets every scope column and never the key")
    count = 0
    for batch in session.execute(statement.select).partitions(BATCH):
        rows = [dict(zip(names, row, strict=True)) for row in batch]
        scopes = [{key: row.get(name) for key, name in columns.items()} for row in rows]
        check_landing(session, mapper.class_, scopes, ("create",))
        connection = session.connection()
        with trusted(connection, "rows checked by bulk_write"):
            connection.execute(mapper.local_table.insert(), rows)  # type: ignore[attr-defined]
        count += len(rows)
    return count
