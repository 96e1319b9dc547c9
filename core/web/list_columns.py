"""What a list is declared of: columns, facets, tabs, bulk actions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any, Literal

from sqlalchemy import ColumnElement

from core.contributions import type_Title
from core.i18n import MoneyUnit, money_unit

Kind = Literal[
    "text",
    "code",
    "name",
    "tag",
    "grade",
    "number",
    "money",
    "percent",
    "date",
    "day",
    "instant",
    "bool",
]
Expression = Any  # a SQL expression, or a callable without arguments that returns one
NUMERIC = frozenset({"number", "money", "percent"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet in words; `parent` is the value it lies under (trees)."""

    value: str
    label: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Choices too many to ask for on every page, such as people; some may have gone since.

    `offered()` returns all that may be chosen now; `titles(values)` names just the values that
    occur, whether they are still offered or not.
    """

    offered: Callable[[], Sequence[Choice]]
    titles: Callable[[Collection[str]], Mapping[str, str]]


Choices = (
    Mapping[Any, type_Title]
    | Sequence[Choice]
    | Callable[[], "Mapping[Any, Any] | Sequence[Choice]"]
)


@dataclass(frozen=True)
class Column:
    """One column; the first of a list is the link to the record.

    `field` names the resource's field behind it, so that sensitive ones are masked; `sort` is
    what it is sorted by when that is not `expr`; `total` sums it over all pages. With a `Lookup`
    as `labels` its `titles` are asked once for the values of the page. `edit` names the field of
    the record's form by which the cell may be changed in place (`ListSpec.edit_endpoint`).
    """

    key: str
    title: type_Title
    expr: Expression
    kind: Kind = "text"
    sub: Expression | None = None
    sort: Expression | None = None
    sortable: bool = True
    labels: Choices | Lookup | None = None
    tones: Mapping[Any, str] = field(default_factory=dict)
    phone: Literal["p1", "p2", "p3", "p4"] | None = None
    field: str | None = None
    total: bool = False
    shown: bool = True
    edit: str = ""

    @property
    def head(self) -> str:
        """The title; an amount's with the unit in which it is read."""
        return self.titled(money_unit())

    def titled(self, unit: MoneyUnit) -> str:
        """Return the title; an amount's with a unit."""
        return unit.titled(self.title) if self.kind == "money" else str(self.title)

    @property
    def is_numeric(self) -> bool:
        """Tell whether it is aligned right."""
        return self.kind in NUMERIC


@dataclass(frozen=True)
class Facet:
    """One filter; its values stand in the address under `key`.

    `kind="dates"` takes `<key>_from` and `<key>_to`, both inclusive. `condition(values)` replaces
    `expr IN values`. `none` are the words for rows without a value (address value "-").
    """

    key: str
    title: type_Title
    expr: Expression
    choices: Choices | Lookup | None = None
    kind: Literal["choice", "dates"] = "choice"
    condition: Callable[[Sequence[Any]], ColumnElement[bool]] | None = None
    none: type_Title | None = None
    field: str | None = None


@dataclass(frozen=True)
class Tab:
    """A ready filter; `filters()` returns parameters of the address, for this reader."""

    key: str
    title: type_Title
    filters: Callable[[], Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class BulkAction:
    """A verb for ticked rows; its endpoint takes a POST (see `ListSpec.selection`)."""

    key: str
    title: type_Title
    endpoint: str
    icon: str = "check"
    action: str | None = None


def value_of(expression: Expression) -> Any:
    """Return the SQL expression, asking a callable for it."""
    is_function = isinstance(expression, FunctionType | MethodType)
    return expression() if is_function else expression


def choices_of(choices: Choices | None) -> list[Choice]:
    """Return choices as a list, asking a callable and translating the words."""
    found: Any = choices() if callable(choices) else choices
    if found is None:
        return []
    if isinstance(found, Mapping):
        return [Choice(stored(value), str(label)) for value, label in found.items()]
    return list(found)


def words_of(choices: Choices) -> Mapping[Any, Any]:
    """Return the words by value; a mapping stays as it is, for one lookup is all that is needed."""
    found: Any = choices() if callable(choices) else choices
    if isinstance(found, Mapping):
        return found
    return {choice.value: choice.label for choice in found}


def stored(value: Any) -> str:
    """Return a value as it stands in an address; an enum by its value, yes and no as 1 and 0."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return "-" if value is None else str(getattr(value, "value", value))


def python_type(expression: Any) -> type:
    """Return the Python type of a SQL expression's values; text when it does not say."""
    try:
        found: type = expression.type.python_type
    except NotImplementedError:
        return str
    return found
