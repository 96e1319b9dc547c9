"""The check behind the verb `analyse`: statistics over the wider range, never a row of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Interval,
    Numeric,
    Select,
    TypeDecorator,
    distinct,
    func,
)
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    Case,
    Cast,
    ClauseList,
    ColumnClause,
    ColumnElement,
    ExpressionClauseList,
    False_,
    FunctionFilter,
    Grouping,
    Label,
    Null,
    TextClause,
    True_,
    UnaryExpression,
    _textual_label_reference,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import CompoundSelect, ScalarSelect, SelectBase, Subquery

from core.access.declarations import COLUMNS, Declared
from core.access.ledger import declaration_of, leaves
from core.access.resources import dimensions_of, resource_of
from core.access.verifier import UnguardedStatement

COUNT = "count"
OF_NUMBERS = frozenset({"sum", "avg", "total", "min", "max", "stddev", "stddev_pop"})
OF_NUMBERS |= {"stddev_samp", "variance", "var_pop", "var_samp"}
PLAIN = frozenset({"coalesce", "nullif", "abs", "round", "floor", "ceil"})
MEASURABLE = (Numeric, Integer, Date, DateTime, Interval)
CONSTANTS = (BindParameter, Null, True_, False_)
PARTS = (
    BinaryExpression,
    BooleanClauseList,
    Case,
    Cast,
    ClauseList,
    ExpressionClauseList,
    Grouping,
    Label,
    UnaryExpression,
)
OWNER = COLUMNS["owner"]


def checked(statement: Any) -> Any:
    """Return the statement, with its minimum group size; raise UnguardedStatement for rows."""
    if isinstance(statement, CompoundSelect):
        if any(checked(part) is not part for part in statement.selects):
            raise UnguardedStatement("a minimum group size cannot be kept in a UNION")
        return statement
    if not isinstance(statement, Select):
        raise UnguardedStatement("only SELECT statements can be analysed")
    if not _gives_statistics(statement):
        raise UnguardedStatement(
            "the right to analyse gives sums, counts and averages by declared dimensions, not rows"
        )
    return _with_minimum_group(statement)


def _gives_statistics(statement: Select[Any]) -> bool:
    if any(_is_opaque(part) for part in visitors.iterate(statement)):
        return False
    groups: Sequence[ColumnElement[Any]] = statement._group_by_clauses  # noqa: SLF001 - no public name
    if not all(_may_group(group) for group in groups):
        return False
    selected = [_bare(column) for column in statement.selected_columns]
    if not groups and not any(_has_aggregate(column) for column in selected):
        return False
    return all(_is_statistic(column, groups) for column in selected)


def _is_opaque(part: Any) -> bool:
    """Tell whether what a part does cannot be read: SQL text, names in quotes, made-up signs."""
    if isinstance(part, TextClause | _textual_label_reference):
        return True
    if isinstance(part, ColumnClause):
        return part.is_literal and part.name != "*"  # count(*)
    signs = [getattr(part, name, None) for name in ("operator", "modifier", "negate")]
    return any(isinstance(sign, operators.custom_op) for sign in signs)


def _is_statistic(element: Any, groups: Sequence[Any]) -> bool:  # noqa: PLR0911 - one case each
    """Tell whether a selected value says nothing of a single row; what is not known does."""
    if any(element is group or element.compare(group) for group in groups):
        return True
    if isinstance(element, CONSTANTS):
        return True
    if isinstance(element, ScalarSelect):
        return isinstance(element.element, Select) and _gives_statistics(element.element)
    if isinstance(element, ColumnClause):
        return _leaf_is_statistic(element, groups)
    if isinstance(element, FunctionFilter):
        return _is_statistic(element.func, groups)
    if isinstance(element, FunctionElement):
        if _name(element) == COUNT:
            return True
        if _name(element) in OF_NUMBERS:
            return _is_measurable(element)
    if not _is_transparent(element):
        return False
    return all(_is_statistic(child, groups) for child in _operands(element))


def _is_transparent(element: Any) -> bool:
    """Tell whether an element only puts its parts together."""
    if isinstance(element, FunctionElement):
        return _name(element) in PLAIN
    return isinstance(element, PARTS)


def _is_measurable(element: Any) -> bool:  # noqa: PLR0911 - one case each
    """Tell whether numbers and dates alone go into an aggregate, by what the columns really hold.

    Conditions may speak of any column: that is what counting is for.
    """
    if isinstance(element, CONSTANTS):
        return True
    if isinstance(element, ColumnClause):
        inner = _inner_select(element)
        if inner is not None and _gives_statistics(inner):
            return True
        return all(isinstance(b, Column) and _holds_numbers(b) for b in element.base_columns)
    if isinstance(element, Case):
        results = [result for _condition, result in element.whens]
        otherwise = [] if element.else_ is None else [element.else_]
        return all(map(_is_measurable, results + otherwise))
    if isinstance(element, PARTS) and isinstance(getattr(element, "type", None), Boolean):
        return True
    aggregate = isinstance(element, FunctionElement) and _name(element) in OF_NUMBERS
    if not aggregate and not _is_transparent(element):
        return False
    return all(map(_is_measurable, _operands(element)))


def _holds_numbers(column: Column[Any]) -> bool:
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, MEASURABLE)


def _operands(element: Any) -> Iterator[Any]:
    """Yield what an element is made of; the type that a CAST names is no part of it."""
    if isinstance(element, Cast):
        yield element.clause
    else:
        yield from element.get_children()


def _leaf_is_statistic(column: Any, groups: Sequence[Any]) -> bool:
    inner = _inner_select(column)
    if inner is not None and _gives_statistics(inner):
        return True
    grouped = {leaf for group in groups for leaf in _columns(group)}
    if any(column is leaf or column.compare(leaf) for leaf in grouped):
        return True
    return bool(groups) and all(_is_public(base) for base in column.base_columns)


def _may_group(group: Any) -> bool:
    """Tell whether statistics may be broken down so: by declared columns, or what follows them."""
    parts = list(visitors.iterate(group))
    if any(isinstance(part, SelectBase) for part in parts):
        return False
    blind = [p for p in parts if isinstance(p, FunctionElement) and not list(_columns(p))]
    found = list(_columns(group))
    return bool(found) and not blind and all(map(_is_groupable, found))


def _is_groupable(column: Any) -> bool:
    inner = _inner_select(column)
    if inner is not None and _gives_statistics(inner):
        return True
    return all(_is_dimension(base) for base in column.base_columns)


def _is_dimension(column: Any) -> bool:
    known = _protected(column)
    if known is None:
        return _is_public(column)
    if column.key in getattr(known.model, "__group_by__", ()):
        return True
    return any(column.key == COLUMNS[key] for key in dimensions_of(known.resource))


def _is_public(column: Any) -> bool:
    """Tell whether this is a column of a table that everybody may read."""
    known = declaration_of(column.table) if isinstance(column, Column) else None
    return known is not None and known.kind == "public"


def _with_minimum_group(statement: Select[Any]) -> Select[Any]:
    """Leave out groups of too few people where the resource asks for it."""
    for leaf in _from_leaves(statement):
        for known, owner in _owners(leaf):
            resource = resource_of(known.resource)
            if resource is None or not resource.minimum_group:
                continue
            if owner is None:
                raise UnguardedStatement(
                    f"{known.resource} has a minimum group size: select {OWNER} in the sub-select"
                )
            statement = statement.having(func.count(distinct(owner)) >= resource.minimum_group)
    return statement


def _owners(leaf: Any) -> Iterator[tuple[Declared, Any]]:
    """Yield each protected table behind a FROM element with its owner column there."""
    known = declaration_of(leaf)
    if known is not None and known.kind == "protected":
        yield known, leaf.c.get(OWNER)
    elif isinstance(leaf, Subquery) and isinstance(leaf.element, SelectBase):
        for table in visitors.iterate(leaf.element):
            inside = declaration_of(table)
            if inside is not None and inside.kind == "protected":
                owners = (
                    column
                    for column in leaf.c
                    if any(
                        base.key == OWNER and getattr(base, "table", None) == table
                        for base in column.base_columns
                    )
                )
                yield inside, next(owners, None)


def _from_leaves(statement: Select[Any]) -> Iterator[Any]:
    for item in statement.get_final_froms():
        yield from leaves(item)


def _inner_select(column: Any) -> Select[Any] | None:
    table = getattr(column, "table", None)
    inner = getattr(table, "element", None)
    return inner if isinstance(inner, Select) else None


def _protected(column: Any) -> Declared | None:
    known = declaration_of(getattr(column, "table", None))
    return known if known is not None and known.kind == "protected" else None


def _columns(element: Any) -> Iterator[Any]:
    if isinstance(element, ColumnClause):
        yield element
        return
    for part in visitors.iterate(element):
        if isinstance(part, ColumnClause):
            yield part


def _has_aggregate(element: Any) -> bool:
    return any(
        isinstance(part, FunctionElement) and _name(part) in OF_NUMBERS | {COUNT}
        for part in visitors.iterate(element)
    )


def _bare(element: Any) -> Any:
    while isinstance(element, Label):
        element = element.element
    return element


def _name(element: Any) -> str:
    return str(getattr(element, "name", "")).lower()
