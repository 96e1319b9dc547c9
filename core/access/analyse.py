"""The check behind the verb `analyse`: statistics over the wider range, never a row of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Date, DateTime, Interval, Numeric, Select, distinct, func
from sqlalchemy import Integer as IntegerType
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter, ColumnClause, ColumnElement, Label, Over
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import CompoundSelect, ScalarSelect, SelectBase, Subquery

from core.access.declarations import COLUMNS, Declared
from core.access.ledger import declaration_of, leaves
from core.access.resources import dimensions_of, resource_of
from core.access.verifier import UnguardedStatement

COUNTING = frozenset({"count", "sum", "avg", "total", "stddev", "stddev_pop", "stddev_samp"})
COUNTING |= {"variance", "var_pop", "var_samp"}
EXTREMES = frozenset({"min", "max"})
MEASURABLE = (Numeric, IntegerType, Date, DateTime, Interval)
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
    groups: Sequence[ColumnElement[Any]] = statement._group_by_clauses  # noqa: SLF001 - no public name
    if not all(_may_group(leaf) for group in groups for leaf in _columns(group)):
        return False
    selected = [_bare(column) for column in statement.selected_columns]
    if not groups and not any(_has_aggregate(column) for column in selected):
        return False
    return all(_is_statistic(column, groups) for column in selected)


def _is_statistic(element: Any, groups: Sequence[Any]) -> bool:  # noqa: PLR0911 - one case each
    if any(element is group or element.compare(group) for group in groups):
        return True
    if isinstance(element, BindParameter):
        return True
    if isinstance(element, Over):
        return False
    if isinstance(element, ScalarSelect):
        return isinstance(element.element, Select) and _gives_statistics(element.element)
    if isinstance(element, ColumnClause):
        return _leaf_is_statistic(element, groups)
    if isinstance(element, FunctionElement) and _name(element) in COUNTING | EXTREMES:
        return _name(element) in COUNTING or isinstance(element.type, MEASURABLE)
    children = [child for child in element.get_children() if isinstance(child, ColumnElement)]
    others = [child for child in element.get_children() if not isinstance(child, ColumnElement)]
    flat = children + [part for other in others for part in other.get_children()]
    return all(_is_statistic(child, groups) for child in flat)


def _leaf_is_statistic(column: Any, groups: Sequence[Any]) -> bool:
    if column.is_literal:
        return False
    inner = _inner_select(column)
    if inner is not None and _gives_statistics(inner):
        return True
    grouped = {leaf for group in groups for leaf in _columns(group)}
    if any(column is leaf or column.compare(leaf) for leaf in grouped):
        return True
    return bool(groups) and not any(_protected(base) for base in column.base_columns)


def _may_group(column: Any) -> bool:
    """Tell whether statistics may be broken down by this column."""
    if column.is_literal:
        return False
    inner = _inner_select(column)
    if inner is not None and _gives_statistics(inner):
        return True
    return all(_is_dimension(base) for base in column.base_columns)


def _is_dimension(column: Any) -> bool:
    known = _protected(column)
    if known is None:
        return bool(getattr(column, "table", None) is not None)
    if column.key in getattr(known.model, "__group_by__", ()):
        return True
    return any(column.key == COLUMNS[key] for key in dimensions_of(known.resource))


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
        isinstance(part, FunctionElement) and _name(part) in COUNTING | EXTREMES
        for part in visitors.iterate(element)
    )


def _bare(element: Any) -> Any:
    while isinstance(element, Label):
        element = element.element
    return element


def _name(element: Any) -> str:
    return str(getattr(element, "name", "")).lower()
