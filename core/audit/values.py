"""How values of columns stand in the audit trail."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import Mapper

NEVER = frozenset({"row_version", "created_at", "updated_at"})
SECRET_WORDS = ("password", "secret", "token", "hash")
LONGEST_TEXT = 2000


def as_json(value: Any) -> Any:  # noqa: PLR0911 - one line a type
    """Return `value` as JSON keeps it: dates and amounts as text, long text cut."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return as_json(value.value)
        case str():
            return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "…"
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case dict():
            return {str(key): as_json(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [as_json(item) for item in value]
        case ColumnElement():
            return "(computed)"
        case bytes():
            return f"({len(value)} bytes)"
        case _:
            return str(value)


_fields: dict[Mapper[Any], tuple[str, ...]] = {}


def audited_fields(mapper: Mapper[Any]) -> tuple[str, ...]:
    """Return the attributes of a mapped class whose changes are recorded.

    Left out: primary keys, row versions, secrets, columns with info={"audit": False}, and the
    scope columns of a Child, which only repeat its parent's.
    """
    found = _fields.get(mapper)
    if found is None:
        found = tuple(_audited(mapper))
        _fields[mapper] = found
    return found


def _audited(mapper: Mapper[Any]) -> list[str]:
    is_child = getattr(mapper.class_, "__parent__", None) is not None
    names = []
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        info = getattr(column, "info", {})
        hidden = (
            attribute.key in NEVER
            or getattr(column, "primary_key", False)
            or info.get("audit") is False
            or any(word in attribute.key for word in SECRET_WORDS)
            or (is_child and attribute.key.startswith("scope_"))
        )
        if not hidden:
            names.append(attribute.key)
    return names


def changes_of(instance: Any) -> dict[str, list[Any]]:
    """Return {field: [old, new]} of an instance that is being flushed as an update."""
    state = inspect(instance)
    changes: dict[str, list[Any]] = {}
    for name in audited_fields(state.mapper):
        history = state.attrs[name].history
        if history.has_changes():
            old = as_json(history.deleted[0]) if history.deleted else None
            new = as_json(history.added[0]) if history.added else None
            if old != new:
                changes[name] = [old, new]
    return changes


def snapshot(instance: Any, *, new: bool) -> dict[str, list[Any]]:
    """Return every loaded, non-empty field as [None, value] for an insert, [value, None] else."""
    loaded = inspect(instance).dict
    values = {
        name: as_json(loaded[name])
        for name in audited_fields(inspect(instance).mapper)
        if loaded.get(name) is not None
    }
    return {key: [None, value] if new else [value, None] for key, value in values.items()}
