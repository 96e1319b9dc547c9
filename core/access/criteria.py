"""The condition that the wall adds to every use of a protected class.

The statement cache must never hold anybody's keys. So the option's cache key is only the *shape*
of the reach (which dimensions, how carried), and each bind asks, at execution, the session that
executes. There is one option for all protected classes, not one per class.
"""

from typing import Any, Self

from sqlalchemy import BinaryExpression, Boolean, BooleanClauseList, ColumnElement, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.util import _deep_annotate

from core.access.conditions import condition
from core.access.declarations import COLUMNS, Protected
from core.access.shapes import Shape


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


class Unindexed(FunctionElement[bool]):
    """A condition that SQLite shall test row by row, in the order of another index.

    For a wide range its planner would collect every row by the scope indexes and sort them all
    to show one page. PostgreSQL weighs this by its statistics.
    """

    name = "unindexed"
    type = Boolean()
    inherit_cache = True


@compiles(Unindexed)
def _compile_unindexed(element: Unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(Unindexed, "sqlite")
def _compile_unindexed_plus(element: Unindexed, compiler: Any, **options: Any) -> str:
    return f"+({compiler.process(element.clauses, **options)})"


class ScopeCriteria(LoaderCriteriaOption):
    """The one option for all protected classes; equal shapes share cached statements.

    `keeps_order` is for a page of a wide range: the index of the order serves better than those
    of the scope columns (see `Unindexed`).
    """

    __slots__ = ("keeps_order", "shape")
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's declaration
        ("shape", visitors.ExtendedInternalTraversal.dp_plain_obj),
        ("keeps_order", visitors.ExtendedInternalTraversal.dp_plain_obj),
    ]
    inherit_cache = False

    def __init__(self, shape: Shape, *, keeps_order: bool = False) -> None:
        super().__init__(Protected, true(), include_aliases=True)
        self.shape = shape
        self.keeps_order = keeps_order

    def __reduce__(self) -> Any:
        raise TypeError("a scope condition is not to be stored")

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
            slot,
            shape,
            columns,
            resource=resource,
            record_id=getattr(entity, identity),
            each=self.keeps_order,
        )
        if self.keeps_order and isinstance(body, BooleanClauseList | BinaryExpression):
            body = Unindexed(body.self_group(against=operators.and_))
        return ScopeMark(columns["org"], body)
