"""The selects behind a list: filtered, sorted, counted up to a bound, one page at a time."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.util import find_tables

from core.access.context import AccessContext
from core.clock import site_zone
from core.contributions import Verb
from core.errors import DomainError
from core.i18n import gettext as _
from core.web.list_args import ListArgs, convert
from core.web.list_columns import Column, Facet, python_type, value_of

if TYPE_CHECKING:
    from core.web.list_spec import ListSpec

COUNT_LIMIT = 10_001
SET_COUNT_LIMIT = 1_001  # where each row must be looked up in a large set of keys
MAX_WORDS = 6
NONE = "-"
LARGEST_ID = 2**31 - 1


def narrow(
    spec: "ListSpec",
    args: ListArgs,
    access: AccessContext,
    columns: Iterable[Any],
    *,
    without: str = "",
    counting: bool = False,
) -> Select[Any]:
    """Return the rows of an address with these columns, unordered; one facet may be left out.

    For `counting`, what is joined for columns alone is left out. PostgreSQL does so by itself, but
    reads whole rows for it all the same; without it, scattered rows are counted from an index.
    """
    conditions = [
        condition
        for facet in spec.facets
        if facet.key != without and spec.may_see(access, facet.field)
        for condition in facet_conditions(facet, args)
    ]
    conditions += search_conditions(spec, args.q)
    own = counting and spec.rows is not None and names_only(spec.id, [*columns, *conditions])
    source = spec.rows() if own and spec.rows is not None else spec.source()
    return source.with_only_columns(*columns).where(*conditions)


def names_only(column: Any, used: Iterable[Any]) -> bool:
    """Tell whether what is used names no table but that of the column."""
    table = column.expression.table
    return all(one is table for part in used for one in find_tables(part, check_columns=True))


def facet_conditions(facet: Facet, args: ListArgs) -> list[ColumnElement[bool]]:
    """Return what a facet's values in the address mean; one without any is not even built."""
    named = (f"{facet.key}_from", f"{facet.key}_to") if facet.kind == "dates" else (facet.key,)
    if args.filters.keys().isdisjoint(named):
        return []
    expression = value_of(facet.expr)
    if facet.kind == "dates":
        return span_conditions(facet, args, expression)
    values = args.filters[facet.key]
    kind = python_type(expression)
    known = [convert(kind, value) for value in values if value != NONE]
    parts: list[ColumnElement[bool]] = [expression.is_(None)] if NONE in values else []
    if known:
        parts.append(facet.condition(known) if facet.condition else expression.in_(known))
    return [or_(*parts)] if len(parts) > 1 else parts


def span_conditions(facet: Facet, args: ListArgs, expression: Any) -> list[ColumnElement[bool]]:
    """Return the conditions of a span of days, both inclusive; instants by the site's zone."""
    first, last = args.filters.get(f"{facet.key}_from"), args.filters.get(f"{facet.key}_to")
    begin = convert(date, first[0]) if first else None
    end = convert(date, last[0]) if last else None
    if python_type(expression) is not datetime:
        low = [expression >= begin] if begin else []
        return low + ([expression <= end] if end else [])
    zone = site_zone()
    low = [expression >= datetime.combine(begin, time.min, zone)] if begin else []
    if end is None:
        return low
    return [*low, expression < datetime.combine(end + timedelta(days=1), time.min, zone)]


def search_conditions(spec: "ListSpec", text: str) -> list[ColumnElement[bool]]:
    """Each word must stand in one of the searched expressions; wildcards are plain text."""
    words = text.split()[:MAX_WORDS]
    searched = [value_of(part) for part in spec.search] if words else []
    if not searched:
        return []
    return [or_(*(part.icontains(word, autoescape=True) for part in searched)) for word in words]


# -- order ------------------------------------------------------------------------------------


def sort_of(spec: "ListSpec", args: ListArgs, access: AccessContext) -> tuple[Any, bool]:
    """Return the expression that the rows are sorted by and whether downwards."""
    wanted = args.sort or spec.sort
    column = spec.column_by_key.get(wanted.removeprefix("-"))
    if column is None or not spec.may_see(access, column.field):
        return spec.id, True
    return sort_expression(column), wanted.startswith("-")


def sort_expression(column: Column) -> Any:
    """Return what a column is sorted by."""
    return value_of(column.expr if column.sort is None else column.sort)


def ordered(
    spec: "ListSpec", statement: Select[Any], sort: tuple[Any, bool], *, back: bool = False
) -> Select[Any]:
    """Sort with the id as tie-break; rows without a value come last either way.

    `back` gives the very same order read from its end.
    """
    expression, down = sort[0], sort[1] != back
    if expression is spec.id:
        return statement.order_by(spec.id.desc() if down else spec.id.asc())
    first = expression.desc() if down else expression.asc()
    if may_be_null(spec, expression):
        first = first.nulls_first() if back else first.nulls_last()
    return statement.order_by(first, spec.id.desc() if down else spec.id.asc())


def may_be_null(spec: "ListSpec", expression: Any) -> bool:
    """Tell whether the sorted values can be missing: nullable, or of a joined table."""
    column = getattr(expression, "expression", expression)
    own = getattr(column, "table", None) is getattr(spec.id, "expression", spec.id).table
    return not own or bool(getattr(column, "nullable", True))


def continued(
    spec: "ListSpec", statement: Select[Any], sort: tuple[Any, bool], cursor: str
) -> Select[Any]:
    """Go on behind the row that a cursor names; raise DomainError 400 for a bad cursor."""
    value, row_id = read_cursor(cursor, python_type(sort[0]))
    return statement.where(beyond(spec, sort, value, row_id))


def beyond(
    spec: "ListSpec", sort: tuple[Any, bool], value: Any, row_id: int, *, back: bool = False
) -> ColumnElement[bool]:
    """Return what holds for the rows behind a place in the order, or with `back` before it."""
    expression, down = sort
    upwards = down == back
    ids: ColumnElement[bool] = spec.id > row_id if upwards else spec.id < row_id
    if expression is spec.id:
        return ids
    if value is None:
        alike = and_(expression.is_(None), ids)
        return or_(expression.is_not(None), alike) if back else alike
    # Bound as the column's own type: money is stored in minor units, instants without a zone.
    pair, mark = tuple_(expression, spec.id), tuple_(literal(value, expression.type), row_id)
    found: ColumnElement[bool] = pair > mark if upwards else pair < mark
    if may_be_null(spec, expression) and not back:
        found = or_(found, expression.is_(None))
    return found


def write_cursor(value: Any, row_id: int) -> str:
    """Return the place behind a row as text for an address."""
    text = json.dumps([None if value is None else str(value), row_id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, kind: type) -> tuple[Any, int]:
    """Return the sort value and the id of a cursor; raise DomainError 400."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        value, row_id = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise DomainError(_("The place in the list cannot be read. Start from page 1.")) from error
    if type(row_id) is not int or not isinstance(value, str | None) or row_id > LARGEST_ID:
        raise DomainError(_("The place in the list cannot be read. Start from page 1."))
    return (None if value is None else convert(kind, value)), row_id


# -- statements -------------------------------------------------------------------------------


def rows_statement(
    spec: "ListSpec", args: ListArgs, access: AccessContext, columns: Sequence[Column]
) -> Select[Any]:
    """Select id, sort value, then each column followed by its second line, sorted, unlimited."""
    sort = sort_of(spec, args, access)
    picked = row_values(spec, sort, columns)
    statement = ordered(spec, narrow(spec, args, access, picked), sort)
    return continued(spec, statement, sort, args.after) if args.after else statement


def row_values(spec: "ListSpec", sort: tuple[Any, bool], columns: Sequence[Column]) -> list[Any]:
    """Return what a row consists of: id, sort value, then each column and its second line."""
    picked = [spec.id.label("id"), sort[0].label("sort_value")]
    for column in columns:
        picked.append(value_of(column.expr).label(column.key))
        if column.sub is not None:
            picked.append(value_of(column.sub).label(f"{column.key}_sub"))
    return picked


def count_limit(spec: "ListSpec", access: AccessContext) -> int:
    """Return where counting stops, one beyond the greatest number that is told exactly."""
    dear = spec.resource is not None and access.reach(spec.resource, Verb.QUERY).asks_sets
    return min(SET_COUNT_LIMIT, COUNT_LIMIT) if dear else COUNT_LIMIT


def count_statement(
    spec: "ListSpec", args: ListArgs, access: AccessContext, columns: Sequence[Column]
) -> Select[Any]:
    """Count up to the bound and sum the columns that declare it, in one statement."""
    bound = count_limit(spec, access)
    summed = [
        value_of(column.expr).label(f"sum_{column.key}") for column in columns if column.total
    ]
    rows = narrow(spec, args, access, [spec.id.label("id"), *summed], counting=True)
    inner = _easy_ones_first(spec, access, rows, bound).subquery()
    sums = [func.sum(inner.c[part.name]) for part in summed]
    return select(func.count(), *sums).select_from(inner)


def _easy_ones_first(
    spec: "ListSpec", access: AccessContext, rows: Select[Any], bound: int
) -> Select[Any]:
    """Stop at the bound, and before a large set of keys is even read where it is not needed.

    PostgreSQL reads the whole set for the first row that asks for it. Where one of several ranges
    is told by the row itself, its rows alone may be enough.
    """
    mapped = getattr(spec.id, "parent", None)
    known = None if mapped is None else access.met_by_the_row(mapped.entity, Verb.QUERY)
    if known is None:
        return rows.limit(bound)
    easy, hard = rows.where(known), rows.where(not_(func.coalesce(known, false())))
    halves = [select(half.limit(bound).subquery()) for half in (easy, hard)]
    return select(union_all(*halves).subquery()).limit(bound)
