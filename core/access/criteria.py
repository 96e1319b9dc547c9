"""The condition that the wall adds to every use of a protected class.

The statement cache must never hold anybody's keys. So the option's cache key is only the *shape*
of the reach (which dimensions, how carried), and each bind asks, at execution, the session that
executes. There is one option for all protected classes, not one per class.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from weakref import WeakValueDictionary

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
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.util import _deep_annotate
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.access.declarations import COLUMNS, Protected
from core.access.frames import BindKey, bound_value
from core.access.reach import FEW, Conjunct, KeySet, Reach

SET_KEYS = table("core_access_set_key", column("set_id", Integer), column("key", Integer))
PARTICIPANTS = table(
    "core_participant",
    column("resource", Text),
    column("record_id", Integer),
    column("user_id", Integer),
)
ANY_RESOURCE = "*"
BUCKETS = (1, 2, 4, 8, 16, 32, FEW)

Part = tuple[tuple[str, str], ...]  # (dimension, form), …


@dataclass(frozen=True, slots=True)
class ReachShape:
    """A reach without its keys."""

    allow: tuple[Part, ...]
    deny: tuple[Part, ...]
    participant: bool


@dataclass(frozen=True, eq=False)
class Shape:
    """The shapes of one context for one action, by resource; interned, so identity is equality."""

    action: str
    default: ReachShape
    by_resource: Mapping[str, ReachShape]

    def slot(self, resource: str) -> tuple[str, ReachShape]:
        """Return the name under which a resource's keys are bound, and its shape."""
        if resource in self.by_resource:
            return resource, self.by_resource[resource]
        return ANY_RESOURCE, self.default


_interned: WeakValueDictionary[Any, Shape] = WeakValueDictionary()


def shape_of(action: str, default: Reach, by_resource: Mapping[str, Reach]) -> Shape:
    """Return the one Shape object for these reaches."""
    shapes = {key: _reach_shape(reach) for key, reach in by_resource.items()}
    base = _reach_shape(default)
    key = (action, base, tuple(sorted(shapes.items(), key=lambda item: item[0])))
    found = _interned.get(key)
    if found is None:
        found = _interned[key] = Shape(action, base, shapes)
    return found


def _reach_shape(reach: Reach) -> ReachShape:
    if reach.is_nothing:
        return ReachShape((), (), participant=False)
    return ReachShape(
        tuple(_part_shape(part) for part in reach.allow),
        tuple(_part_shape(part) for part in reach.deny),
        reach.participant,
    )


def _part_shape(part: Conjunct) -> Part:
    return tuple((key, keys.form) for key, keys in part.dimensions)


def bind_values(slot: str, reach: Reach, user_id: int | None) -> dict[BindKey, Any]:
    """Return what the binds of one resource's condition will ask for."""
    values: dict[BindKey, Any] = {}
    if reach.is_nothing:
        return values
    for side, parts in (("allow", reach.allow), ("deny", reach.deny)):
        for index, part in enumerate(parts):
            for dimension, keys in part.dimensions:
                values |= _key_values((slot, side, index, dimension), keys)
    values[slot, "user", 0, "user"] = user_id
    return values


def _key_values(key: BindKey, keys: KeySet) -> dict[BindKey, Any]:
    slot, side, index, dimension = key
    values: dict[BindKey, Any] = {}
    if keys.keys:
        ordered = sorted(keys.keys)
        values[key] = _bucketed(ordered) if len(ordered) <= FEW else ordered
    if keys.large:
        values[slot, side, index, dimension + ".sets"] = _bucketed(sorted(keys.large))
    return values


def _bucketed(ordered: list[int]) -> list[int]:
    """Repeat the last key up to the next size, so that a database sees few statement texts."""
    size = next((size for size in BUCKETS if size >= len(ordered)), len(ordered))
    return ordered + [ordered[-1]] * (size - len(ordered))


class ScopeMark(FunctionElement[bool]):
    """A condition that the check at the cursor recognises; its first clause names the table."""

    name = "scope_mark"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Self:
        """Stand bare: `(…) = 1`, which SQLite would get, hides the column from its indexes."""
        del against
        return self


@compiles(ScopeMark)
def _compile_mark(element: ScopeMark, compiler: Any, **options: Any) -> str:
    anchor, condition = element.clauses
    note = getattr(compiler, "note_mark", None)
    if note is not None:
        note(anchor)
    return str(compiler.process(condition.self_group(against=operators.and_), **options))


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
    slot: str, shape: ReachShape, columns: Mapping[str, Any], *, resource: str, record_id: Any
) -> ColumnElement[bool]:
    """Return the boolean expression of a reach over these columns (dimension → column)."""
    allowed = [
        and_(*_terms((slot, "allow", index, ""), part, columns)) if part else true()
        for index, part in enumerate(shape.allow)
    ]
    if shape.participant and record_id is not None and not any(not part for part in shape.allow):
        allowed.append(_takes_part(slot, resource, record_id))
    if not allowed:
        return false()
    inside = or_(*allowed) if len(allowed) > 1 else allowed[0]
    denied = [
        not_(and_(*_denials((slot, "deny", index, ""), part, columns))) if part else false()
        for index, part in enumerate(shape.deny)
    ]
    return and_(inside, *denied) if denied else inside


def _terms(key: BindKey, part: Part, columns: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    slot, side, index, _ = key
    return [
        _matches((slot, side, index, dimension), form, columns[dimension])
        for dimension, form in part
    ]


def _denials(key: BindKey, part: Part, columns: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Never NULL: a row without the key must not vanish by accident."""
    present = [columns[dimension].is_not(None) for dimension, _ in part]
    return present + _terms(key, part, columns)


def _matches(key: BindKey, form: str, target: Any) -> ColumnElement[bool]:
    slot, side, index, dimension = key
    found: list[ColumnElement[bool]] = []
    if "few" in form:
        found.append(target.in_(_bind(key, expanding=True, type_=Integer())))
    if "array" in form:
        found.append(_InArray(target, _bind(key, type_=_KeyArray())))
    if "sets" in form:
        sets = _bind((slot, side, index, dimension + ".sets"), expanding=True, type_=Integer())
        found.append(target.in_(select(SET_KEYS.c.key).where(SET_KEYS.c.set_id.in_(sets))))
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


class ScopeCriteria(LoaderCriteriaOption):
    """The one option for all protected classes; equal shapes share cached statements."""

    __slots__ = ("shape",)
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's declaration
        ("shape", visitors.ExtendedInternalTraversal.dp_plain_obj)
    ]
    inherit_cache = False

    def __init__(self, shape: Shape) -> None:
        super().__init__(Protected, true(), include_aliases=True)
        self.shape = shape

    def __reduce__(self) -> Any:
        msg = "a scope condition is not to be stored"
        raise TypeError(msg)

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        """Annotate as SQLAlchemy does: an option must not filter its own condition."""
        return _deep_annotate(
            self.mark(ext_info.entity, ext_info.mapper),
            {"for_loader_criteria": self},
            detect_subquery_cols=True,
            ind_cols_on_fromclause=True,
        )

    def mark(self, entity: Any, mapper: Any) -> ScopeMark:
        """Return the marked condition for one entity (a class or an alias of it)."""
        resource = mapper.class_.__resource__
        slot, shape = self.shape.slot(resource)
        columns = {key: getattr(entity, name) for key, name in COLUMNS.items()}
        identity = mapper.get_property_by_column(mapper.base_mapper.primary_key[0]).key
        body = condition(
            slot, shape, columns, resource=resource, record_id=getattr(entity, identity)
        )
        return ScopeMark(columns["org"], body)
