"""Plant rows that carry a word of their owner, so that a word in the wrong place is a leak."""

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, cast

from sqlalchemy import CheckConstraint, Column, Table, func, inspect, select
from sqlalchemy.orm import Mapper

from core.access.declarations import Protected, Scoped
from core.addons.registry import registry
from core.clock import now, period_of, today
from core.database import LocalizedName, Model, Money, Period
from core.organisation.models import Employee
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work

_numbers = count(1)


def seed(owner: Employee, canary: str, *, addons: Iterable[str] | None = None) -> None:
    """Give `owner` rows of every protected table of the add-ons, each text holding `canary`.

    A function `seed_canaries(session, owner, canary)` in tests/factories/<name>.py makes them
    where rows must make sense; tables that it leaves empty, or all of them without it, are filled
    from what their columns say.
    """
    for name in addons if addons is not None else registry().loaded:
        plant = _factory(name)
        with unit_of_work(MAKING) as session:
            if plant is not None:
                plant(session, owner, canary)
                session.flush()
            filling = Filling(session, owner, canary)
            for model in protected_models(name):
                if plant is None or not owned(session, model, owner):
                    filling.row(model)


def protected_models(addon: str) -> list[type[Any]]:
    """Return the models of an add-on whose rows only some people see, parents first."""
    order = {table.name: place for place, table in enumerate(Model.metadata.sorted_tables)}
    models = [
        model
        for loaded in registry().plugged[addon]
        for model in loaded.of("models")
        if issubclass(model, Protected)
    ]
    return sorted(models, key=lambda model: order[model.__tablename__])


def owned(session: Any, model: type[Any], owner: Employee) -> int:
    """Return how many rows of a model belong to `owner`."""
    statement = select(func.count()).where(model.scope_owner_id == owner.id)
    return int(session.scalar(statement) or 0)


class Filling:
    """Rows of one owner made from the columns of their tables; parents are made on the way."""

    def __init__(self, session: Any, owner: Employee, canary: str) -> None:
        self._session = session
        self._owner = owner
        self._canary = canary
        self._made: dict[str, Any] = {}

    def row(self, model: type[Any]) -> Any:
        """Make one row and return it; whatever its constraints refuse comes through."""
        mapper: Mapper[Any] = inspect(model)
        values = {
            mapper.get_property_by_column(column).key: value
            for column in mapper.columns
            if column is not mapper.version_id_col
            and (value := self._value(model, column)) is not None
        }
        made = model(**values)
        self._session.add(made)
        self._session.flush()
        self._made[model.__tablename__] = made
        return made

    def _value(self, model: type[Any], column: Column[Any]) -> Any:
        scope = {"scope_owner_id": self._owner.id, "scope_org_id": self._owner.unit_id}
        if column.name in scope:
            return scope[column.name] if issubclass(model, Scoped) else None
        if column.foreign_keys:
            return self._parent(model, column)
        left = column.primary_key or column.name == "scope_customer_id" or _is_checked(column)
        return None if left else self._filled(column)

    def _parent(self, model: type[Any], column: Column[Any]) -> int | None:
        target = next(iter(column.foreign_keys)).column.table
        if target.name == "core_employee":
            return self._owner.id
        if target.name == "core_org_unit":
            return self._owner.unit_id
        if target is model.__table__:
            return None
        known = self._made.get(target.name) or self._existing(target)
        if known is None and not column.nullable:
            known = self.row(_model_of(target))
        key: int | None = known.id if known is not None else None
        return key

    def _existing(self, table: Table) -> Any:
        """Return the owner's row that a factory has made, or any row of a directory."""
        model = _model_of(table)
        statement: Any = select(model).order_by(model.id).limit(1)
        if issubclass(model, Protected):
            statement = statement.where(model.scope_owner_id == self._owner.id)
        return self._session.scalar(statement)

    def _filled(self, column: Column[Any]) -> Any:
        kind: Any = column.type
        if getattr(column.default, "arg", "") != "":
            return None  # a default with a meaning of its own: the table knows better
        if isinstance(kind, LocalizedName):
            return {"zh": self._canary, "en": self._canary}
        if isinstance(kind, Period):
            return period_of(today())
        if isinstance(kind, Money):
            return Decimal(next(_numbers))
        return self._plain(column, kind.python_type)

    def _plain(self, column: Column[Any], wanted: type[Any]) -> Any:
        if wanted is str:
            length = getattr(column.type, "length", None) or 200
            text = f"{self._canary} {next(_numbers)}" if column.unique else self._canary
            return text[-length:]
        makers: Mapping[Any, Callable[[], Any]] = {
            date: today,
            datetime: now,
            bool: bool,
            dict: dict,
            list: list,
        }
        return makers[wanted]() if wanted in makers else wanted(next(_numbers))


def _is_checked(column: Column[Any]) -> bool:
    """Tell whether a CHECK limits a column: only its add-on knows what it may hold."""
    table: Any = column.table
    checks = (c for c in table.constraints if isinstance(c, CheckConstraint))
    return any(column.name in str(check.sqltext) for check in checks)


def _model_of(table: Table) -> type[Any]:
    return next(m.class_ for m in Model.registry.mappers if m.local_table is table)


def _factory(addon: str) -> Callable[..., None] | None:
    """Return the function of an add-on's test factories that plants rows, if there is one."""
    module = f"tests.factories.{addon}"
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None
    plant = getattr(importlib.import_module(module), "seed_canaries", None) if spec else None
    return cast("Callable[..., None] | None", plant)
