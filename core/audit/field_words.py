"""Fields of records and their values in the reader's words, for histories and the audit trail.

A package names its fields once (`name_fields`); a foreign key is read as the record it refers to,
by the label of that record's resource.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Column, Date, inspect, select
from sqlalchemy.orm import Session

from core.addons.registry import registry
from core.audit.words import FACTS
from core.database import Model, Money, UtcDateTime
from core.i18n import format_date, format_datetime, format_money, join_words, localized
from core.i18n import gettext as _

Labels = Mapping[Any, Any] | Callable[[], Mapping[Any, Any]]
Reader = Callable[[Any, Mapping[str, Any]], str]


def name_fields(
    model: type[Any],
    titles: Mapping[str, Any],
    *,
    labels: Mapping[str, Labels] | None = None,
    readers: Mapping[str, Reader] | None = None,
    rows: Any = None,
) -> None:
    """Give the columns of `model` their words; `labels` gives a column's codes theirs.

    A name that is no column is a fact that acts are recorded with. `readers` turn structures into
    words: each gets the value and what else stands in the entry, by name. `rows` names the records
    of a table that is no resource of its own.
    """
    table, columns = inspect(model).local_table, inspect(model).columns
    if rows is not None:
        table.info["title"] = rows
    table.info["readers"] = dict(readers or {})
    table.info["facts"] = {name: words for name, words in titles.items() if name not in columns}
    for name in titles.keys() - table.info["facts"].keys():
        columns[name].info["title"] = titles[name]
    for name, known in (labels or {}).items():
        columns[name].info["labels"] = known


def model_of(resource: str) -> type[Any] | None:
    """Return the class whose records are kept under a resource's key or a table's name."""
    declared = registry().resources.get(resource)
    if declared is not None:
        return declared.model
    mappers = Model.registry.mappers
    return next((m.class_ for m in mappers if m.class_.__tablename__ == resource), None)


class FieldWords:
    """The words of one kind of record; `learn` first what the entries of a page refer to."""

    def __init__(self, session: Session, resource: str) -> None:
        model = model_of(resource)
        self._session = session
        self._columns: dict[str, Column[Any]] = {}
        self._facts: Mapping[str, Any] = {}
        self._readers: Mapping[str, Reader] = {}
        if model is not None:
            info, attributes = inspect(model).local_table.info, inspect(model).column_attrs
            self._facts, self._readers = info.get("facts", {}), info.get("readers", {})
            self._columns = {one.key: one.columns[0] for one in attributes}
        self._known: dict[tuple[str, int], str] = {}

    def title(self, field: str) -> str:
        """Return the words for a field, a fact of an act, or a setting."""
        column = self._columns.get(field)
        fact = self._facts.get(field, FACTS.get(field))
        title = column.info.get("title") if column is not None else fact
        if title is None:
            title = next((s.title for s in registry().settings() if s.key == field), None)
        return str(title) if title is not None else field.replace("_", " ")

    def learn(self, values: Iterable[tuple[str, Any]]) -> None:
        """Fetch the labels of all records that (field, value) pairs refer to, table by table."""
        wanted: dict[str, set[int]] = {}
        for field, value in values:
            table = self._target(field)
            if table is not None and isinstance(value, int):
                wanted.setdefault(table, set()).add(value)
        by_table = {
            one.model.__tablename__: one for one in registry().resources.values() if one.model
        }
        for table, ids in wanted.items():
            resource = by_table.get(table)
            if resource is None or resource.model is None or resource.label is None:
                continue
            chosen = select(resource.model).where(resource.model.id.in_(ids))
            for row in self._session.scalars(chosen):
                self._known[table, row.id] = resource.label(row)

    def words(self, field: str, value: Any, beside: Mapping[str, Any]) -> str:
        """Return a stored value as its page would show it; a dash for nothing.

        `beside` are the values that stand in the same entry on the same side, by field.
        """
        if value is None or value == "":
            return "–"
        if field in self._readers:
            with suppress(KeyError, TypeError, ValueError, AttributeError):  # an older shape of it
                return self._readers[field](value, beside) or "–"
        column = self._columns.get(field)
        labels = column.info.get("labels") if column is not None else None
        known = labels() if callable(labels) else labels or {}
        if isinstance(value, str | int) and value in known:
            return str(known[value])
        table = self._target(field)
        if table is not None and (table, value) in self._known:
            return self._known[table, value]
        return _formatted(column, value)

    def _target(self, field: str) -> str | None:
        column = self._columns.get(field)
        if column is None:
            return None
        return next((key.column.table.name for key in column.foreign_keys), None)


def _formatted(column: Column[Any] | None, value: Any) -> str:
    """Return a JSON value in the reader's format, by the type of its column."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        name = localized(value) if value.keys() <= {"zh", "en"} else ""
        return name or json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return join_words(value)
    try:
        return _of_type(getattr(column, "type", None), value)
    except (ValueError, TypeError, InvalidOperation):
        return str(value)


def _of_type(kind: Any, value: Any) -> str:
    match kind:
        case UtcDateTime():
            return format_datetime(datetime.fromisoformat(value))
        case Date():
            return format_date(date.fromisoformat(value))
        case Money():
            return format_money(Decimal(value))
    return str(value)
