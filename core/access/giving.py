"""Handing many records to another owner and unit at once: checked, walled and audited each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, inspect, select, update
from sqlalchemy.orm import Mapper

from core.access.bulk import check_landing
from core.access.children import chunks, rewrite_children
from core.access.declarations import COLUMNS, Scoped, scope_columns
from core.access.flush_guard import admits, expire_children, giving, old_scope
from core.access.frames import trusted
from core.access.guarded_session import GuardedSession
from core.access.verifier import UnguardedStatement
from core.audit.recording import record_moved
from core.contributions import Verb
from core.errors import Conflict, NotAllowed
from core.i18n import gettext as _


def give_many(
    session: GuardedSession, records: Sequence[Scoped], to: Mapping[str, int | None]
) -> None:
    """Give records of one class, loaded in this session, other scope keys by one UPDATE.

    `to` names "owner" and "org". As at a flush under `assign`, each record must lie in that range
    before and after, its version rises, its children follow and its history gets an entry. Raises
    NotAllowed for a record out of range, Conflict for one that somebody changed meanwhile.
    """
    if not records:
        return
    session.flush()
    model = type(records[0])
    mapper: Mapper[Any] = inspect(model)
    if not giving(model) or any(type(one) is not model or one not in session for one in records):
        raise UnguardedStatement("give_many() takes loaded records of one class that gives_to")
    if not to.keys() <= {"owner", "org"}:
        raise UnguardedStatement("give_many() sets owner and org")
    before = [old_scope(inspect(one)) for one in records]
    _check_range(session, model, before)
    check_landing(session, model, ({**scope, **to} for scope in before), (Verb.ASSIGN,))
    keys = [inspect(one).identity[0] for one in records]
    values: dict[str, Any] = {scope_columns(mapper)[key].key: value for key, value in to.items()}
    _store(session, mapper, dict(zip(keys, records, strict=True)), values)
    names = {COLUMNS[key]: value for key, value in to.items()}
    record_moved(session, records, before, names)
    for one in records:
        session.expire(one)
    expire_children(session)


def _check_range(
    session: GuardedSession, model: type[Scoped], scopes: Sequence[Mapping[str, int | None]]
) -> None:
    reach = session.access.reach(model.__resource__, Verb.ASSIGN)
    if not all(admits(session, reach, scope) for scope in scopes):
        raise NotAllowed(
            _("You may not store this: the record is, or would be, outside your range."),
            missing=(model.__resource__, Verb.ASSIGN),
        )


def _store(
    session: GuardedSession, mapper: Mapper[Any], records: Mapping[Any, Any], values: dict[str, Any]
) -> None:
    table, key, version = mapper.local_table, mapper.primary_key[0], mapper.version_id_col
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    connection = session.connection()
    with trusted(connection, "rows checked by give_many"):
        for some in chunks(list(records)):
            if isinstance(version, Column):
                locked = select(key, version).where(key.in_(some)).with_for_update()
                name = mapper.get_property_by_column(version).key
                present = {row[0]: row[1] for row in connection.execute(locked)}
                if present != {one: getattr(records[one], name) for one in some}:
                    raise Conflict(_("Somebody else changed one of these records first."))
                values[version.key] = version + 1
            connection.execute(update(table).where(key.in_(some)).values(values))
        rewrite_children(connection, mapper.class_, list(records))
