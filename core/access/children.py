"""Children carry the scope of their record: copied when stored, rewritten when it changes."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, inspect, select, update
from sqlalchemy.orm import Mapper, Session

from core.access.declarations import COLUMNS, Child, children_of, parent_link, scope_columns
from core.errors import NotFound
from core.i18n import gettext as _

CHUNK = 500


def copy_scope(session: Session, child: Child) -> None:
    """Take over the scope of the parent; raise NotFound when it is not there for this user."""
    parent = parent_of(session, child)
    if isinstance(parent, Child) and inspect(parent).pending:
        copy_scope(session, parent)
    for name in COLUMNS.values():
        value = getattr(parent, name)
        if getattr(child, name) != value:
            setattr(child, name, value)


def parent_of(session: Session, child: Child) -> Any:
    """Return the record to which `child` belongs, as this session may see it."""
    state: Any = inspect(child)
    history = state.attrs[child.__parent__].history
    parent = history.added[0] if history.added else None
    if parent is None:
        target, key = parent_link(type(child))
        link = state.mapper.relationships[child.__parent__]
        value = getattr(child, state.mapper.get_property_by_column(key).key)
        if value is not None:
            parent = _by_column(session, link.mapper, target, value)
    if parent is None:
        raise NotFound(_("What this refers to does not exist, or it lies outside your range."))
    return parent


def _by_column(session: Session, mapper: Mapper[Any], column: Any, value: Any) -> Any:
    if column in mapper.primary_key:
        with session.no_autoflush:
            return session.get(mapper.class_, value)
    attribute = getattr(mapper.class_, mapper.get_property_by_column(column).key)
    with session.no_autoflush:
        return session.scalars(select(mapper.class_).where(attribute == value)).one_or_none()


def rewrite_children(connection: Connection, model: type[Any], ids: Sequence[Any]) -> None:
    """Give the children of these records, and theirs, the scope that the records have now.

    `connection` must be trusted: rows outside the user's range move too.
    """
    for child in children_of(model):
        for chunk in chunks(ids):
            below = _rewrite_one(connection, model, child, chunk)
            if below:
                rewrite_children(connection, child, below)


def _rewrite_one(
    connection: Connection, model: type[Any], child: type[Any], ids: Sequence[Any]
) -> Sequence[Any]:
    target, key = parent_link(child)
    parent: Mapper[Any] = inspect(model)
    mapper: Mapper[Any] = inspect(child)
    own = scope_columns(mapper)
    table = own["org"].table
    source = target.table.alias()
    identity = parent.base_mapper.primary_key[0]
    values = {}
    for dimension, column in scope_columns(parent).items():
        theirs = source.c[column.key]
        values[own[dimension].name] = (
            select(theirs).where(source.c[target.key] == key).correlate(table).scalar_subquery()
        )
    owners = select(target).where(identity.in_(ids))
    connection.execute(update(table).where(key.in_(owners)).values(values))
    if not children_of(child):
        return ()
    return connection.scalars(select(mapper.primary_key[0]).where(key.in_(owners))).all()


def chunks(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a list of keys into pieces that fit a statement."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
