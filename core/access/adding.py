"""Storing many new protected records at once: checked, walled and audited like a flush of each."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakSet

from sqlalchemy import Column, Table, inspect
from sqlalchemy.orm import Mapper

from core.access.bulk import check_landing
from core.access.declarations import COLUMNS, Child, Protected
from core.access.flush_guard import new_scope, refuse_chosen_key
from core.access.frames import trusted
from core.access.guarded_session import GuardedSession
from core.access.key_rules import follow
from core.access.verifier import UnguardedStatement
from core.audit.recording import record_added
from core.errors import NotFound

ADDED = "sunmao_added"


def add_many(session: GuardedSession, records: Sequence[Protected]) -> None:
    """Store new records of one class with one INSERT, and an audit entry for each; set their keys.

    They must not be in the session and stay outside of it. Children name their parent, which has
    been stored, and take over its scope. Raises NotAllowed for a record out of range.
    """
    if not records:
        return
    session.flush()
    model = type(records[0])
    mapper: Mapper[Any] = inspect(model)
    if any(type(record) is not model for record in records) or mapper.polymorphic_on is not None:
        raise UnguardedStatement("add_many() takes records of one class with one table")
    scopes = []
    for record in records:
        refuse_chosen_key(inspect(record))
        if isinstance(record, Child):
            _follow_parent(session, record)
        scopes.append(new_scope(inspect(record)))
    if not session.access.is_system:
        verbs = model.__added_under__ if issubclass(model, Child) else ("create",)
        check_landing(session, model, scopes, verbs)
    table, key = mapper.local_table, mapper.primary_key[0]
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    connection = session.connection()
    with trusted(connection, "rows checked by add_many"):
        statement = table.insert().returning(key, sort_by_parameter_order=True)
        keys = connection.execute(statement, _rows(mapper, records)).scalars().all()
    name = mapper.get_property_by_column(key).key
    for record, value in zip(records, keys, strict=True):
        setattr(record, name, value)
    session.info.setdefault(ADDED, WeakSet()).update(records)
    record_added(session, records)
    follow(session, model, keys)


def _follow_parent(session: GuardedSession, child: Child) -> None:
    """Take over key and scope of a parent that this session has loaded or stored itself."""
    parent = child.__dict__.get(child.__parent__)
    if parent is None or not (parent in session or parent in session.info.get(ADDED, ())):
        raise NotFound(f"{type(child).__name__} has no {child.__parent__} that you may see")
    link = inspect(type(child)).relationships[child.__parent__]
    for ours, theirs in link.local_remote_pairs:
        name = inspect(type(child)).get_property_by_column(ours).key
        setattr(child, name, getattr(parent, link.mapper.get_property_by_column(theirs).key))
    for name in COLUMNS.values():
        setattr(child, name, getattr(parent, name))


def _rows(mapper: Mapper[Any], records: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what goes into the table; defaults stand in the records too, as after a flush."""
    columns = [
        (attribute.key, attribute.columns[0])
        for attribute in mapper.column_attrs
        if isinstance(attribute.columns[0], Column) and not attribute.columns[0].primary_key
    ]
    defaults: dict[str, Any] = {
        name: column.default for name, column in columns if column.default is not None
    }
    version = mapper.version_id_col
    for record in records:
        for name, default in defaults.items():
            if record.__dict__.get(name) is None:
                setattr(record, name, default.arg(None) if default.is_callable else default.arg)
    return [
        {
            column.key: 1 if column is version else record.__dict__.get(name)
            for name, column in columns
        }
        for record in records
    ]
