"""A reach as a boolean expression over scope columns, with binds instead of keys."""

import json
from collections.abc import Mapping
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Dialect,
    Integer,
    Text,
    and_,
    bindparam,
    column,
    false,
    not_,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.access.frames import BindKey, bound_value
from core.access.shapes import Part, ReachShape, occurrences

SET_KEYS = table("core_access_set_key", column("set_id", Integer), column("key", Integer))
PARTICIPANTS = table(
    "core_participant",
    column("resource", Text),
    column("record_id", Integer),
    column("user_id", Integer),
)


class _KeyArray(TypeDecorator[list[int]]):
    """Many keys as one value: an array on PostgreSQL, JSON text elsewhere."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Integer) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _InArray(FunctionElement[bool]):
    """`column IN keys` with the keys as one bound value."""

    name = "in_array"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Self:
        """Stand bare, as above."""
        del against
        return self


@compiles(_InArray)
def _compile_in_json(element: _InArray, compiler: Any, **options: Any) -> str:
    target, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{target} IN (SELECT value FROM json_each({keys}))"  # noqa: S608 - both are compiled


@compiles(_InArray, "postgresql")
def _compile_in_array(element: _InArray, compiler: Any, **options: Any) -> str:
    target, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{target} = ANY ({keys})"


class _InSets(FunctionElement[bool]):
    """`column IN the keys of sets`, in two forms: as a list, and looked up for each row.

    SQLite copies a whole list before the first row. Where it walks along another index (see
    `Unindexed`) and stops after a page, looking up is cheaper. PostgreSQL plans the list itself.
    """

    name = "in_sets"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Self:
        """Stand bare, as above."""
        del against
        return self


@compiles(_InSets)
def _compile_in_list(element: _InSets, compiler: Any, **options: Any) -> str:
    listed, *_others = element.clauses
    return str(compiler.process(listed, **options))


@compiles(_InSets, "sqlite")
def _compile_look_up(element: _InSets, compiler: Any, **options: Any) -> str:
    _listed, looked_up, *_others = element.clauses
    return str(compiler.process(looked_up, **options))


class _InSetsOfEither(_InSets):
    """The same as one of several alternatives, where PostgreSQL cannot join it.

    It would hash the whole list for a page of a few rows; a scalar subquery is looked up row by
    row, which EXISTS is not for sure.
    """

    name = "in_sets_of_either"
    inherit_cache = True


@compiles(_InSetsOfEither, "sqlite")
def _compile_either_on_sqlite(element: _InSetsOfEither, compiler: Any, **options: Any) -> str:
    return _compile_look_up(element, compiler, **options)


@compiles(_InSetsOfEither, "postgresql")
def _compile_scalar(element: _InSetsOfEither, compiler: Any, **options: Any) -> str:
    _listed, _looked_up, scalar = element.clauses
    return f"coalesce({compiler.process(scalar, **options)}, false)"


class _Bound:
    """Asks the executing session for one set of keys; holds none itself."""

    __slots__ = ("key",)

    def __init__(self, key: BindKey) -> None:
        self.key = key

    def __call__(self) -> Any:
        return bound_value(self.key)


def _bind(key: BindKey, **options: Any) -> Any:
    name = "sunmao_" + "_".join(map(str, key)).replace(".", "_").replace("*", "any")
    return bindparam(name, callable_=_Bound(key), **options)


def condition(
    slot: str,
    shape: ReachShape,
    columns: Mapping[str, Any],
    *,
    resource: str,
    record_id: Any,
    each: bool = False,
) -> ColumnElement[bool]:
    """Return the boolean expression of a reach over these columns (dimension → column).

    With `each`, rows come in an order of their own and are tested one by one.
    """
    several = each and len(shape.allow) > 1
    # the cheap ones first: a row that one of them admits is not looked up
    parts = sorted(enumerate(shape.allow), key=lambda one: _looks_up(one[1]))
    allowed = [
        and_(*_terms((slot, "allow", index, ""), part, columns, each=each, several=several))
        if part
        else true()
        for index, part in parts
    ]
    if shape.participant and record_id is not None and not any(not part for part in shape.allow):
        allowed.append(_takes_part(slot, resource, record_id))
    if not allowed:
        return false()
    inside = or_(*allowed) if len(allowed) > 1 else allowed[0]
    denied = [
        not_(and_(*_denials((slot, "deny", index, ""), part, columns, each=each)))
        if part
        else false()
        for index, part in enumerate(shape.deny)
    ]
    return and_(inside, *denied) if denied else inside


def known_by_the_row(
    slot: str, shape: ReachShape, columns: Mapping[str, Any]
) -> ColumnElement[bool] | None:
    """Return the alternatives that a row meets by its own columns, without any looking up.

    None where there are none of them, or none beside them. It narrows what `condition` lets
    through and never stands for it.
    """
    cheap = [(index, part) for index, part in enumerate(shape.allow) if not _looks_up(part)]
    if not cheap or len(cheap) == len(shape.allow) or any(not part for _, part in cheap):
        return None
    return or_(
        *(and_(*_terms((slot, "allow", index, ""), part, columns, each=False))
          for index, part in cheap)
    )  # fmt: skip


def _looks_up(part: Part) -> bool:
    return any("sets" in form for _dimension, form in part)


def _terms(
    key: BindKey, part: Part, columns: Mapping[str, Any], *, each: bool, several: bool = False
) -> list[ColumnElement[bool]]:
    slot, side, index, _ = key
    return [
        _matches((slot, side, index, name), form, columns[dimension], each=each, several=several)
        for name, dimension, form in occurrences(part)
    ]


def _denials(
    key: BindKey, part: Part, columns: Mapping[str, Any], *, each: bool
) -> list[ColumnElement[bool]]:
    """Never NULL: a row without the key must not vanish by accident."""
    present = [columns[dimension].is_not(None) for dimension, _ in part]
    return present + _terms(key, part, columns, each=each)


def _matches(
    key: BindKey, form: str, target: Any, *, each: bool, several: bool
) -> ColumnElement[bool]:
    slot, side, index, dimension = key
    found: list[ColumnElement[bool]] = []
    if "few" in form:
        found.append(target.in_(_bind(key, expanding=True, type_=Integer())))
    if "array" in form:
        found.append(_InArray(target, _bind(key, type_=_KeyArray())))
    if "sets" in form:
        sets = _bind((slot, side, index, dimension + ".sets"), expanding=True, type_=Integer())
        keys = select(SET_KEYS.c.key).where(SET_KEYS.c.set_id.in_(sets))
        listed = target.in_(keys)
        looked_up = keys.where(SET_KEYS.c.key == target).exists()
        if several:
            one = select(true()).select_from(SET_KEYS).where(SET_KEYS.c.set_id.in_(sets))
            scalar = one.where(SET_KEYS.c.key == target).limit(1).scalar_subquery()
            found.append(_InSetsOfEither(listed, looked_up, scalar))
        else:
            found.append(_InSets(listed, looked_up) if each else listed)
    return or_(*found) if len(found) > 1 else found[0]


def _takes_part(slot: str, resource: str, record_id: Any) -> ColumnElement[bool]:
    user = _bind((slot, "user", 0, "user"), type_=Integer())
    return (
        select(PARTICIPANTS.c.record_id)
        .where(
            PARTICIPANTS.c.resource == resource,
            PARTICIPANTS.c.record_id == record_id,
            PARTICIPANTS.c.user_id == user,
        )
        .exists()
    )
