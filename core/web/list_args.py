"""The address of a list, checked: what is searched, filtered, sorted and shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from core.errors import DomainError
from core.i18n import gettext as _
from core.web.fields import parse_date
from core.web.list_columns import Facet, python_type, value_of

if TYPE_CHECKING:
    from core.web.list_spec import ListSpec

SIZES = (20, 50, 80, 200)
OFFSET_LIMIT = 10_000
MAX_SEARCH = 200
MAX_VALUES = 60
LARGEST = 2**53
NUMBERS = frozenset({int, float, Decimal})
EVERYTHING = "all"  # the tab that filters nothing
SINGLE = ("q", "sort", "page", "size", "tab", "after", "more", "group")


@dataclass(frozen=True)
class ListArgs:
    """A checked address; `filters` are values as text, by facet key (or key_from, key_to)."""

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    size: int = 50
    after: str = ""
    columns: tuple[str, ...] = ()
    tab: str = ""
    opened: str = ""  # the facet that shows all its values
    group: str = ""  # the facet whose values the rows stand under
    usual_size: int = 50

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * self.size

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything is searched or filtered."""
        return bool(self.q or self.filters)

    def pairs(self, *, place: bool = False) -> Iterator[tuple[str, str]]:
        """Yield the parameters that rebuild this address."""
        if self.tab:
            yield "tab", self.tab
        if self.q:
            yield "q", self.q
        for key, values in self.filters.items():
            for value in values:
                yield key, value
        if self.group:
            yield "group", self.group
        if self.sort:
            yield "sort", self.sort
        if self.size != self.usual_size:
            yield "size", str(self.size)
        for column in self.columns:
            yield "col", column
        if place:
            yield from self._place()

    def _place(self) -> Iterator[tuple[str, str]]:
        if self.page > 1:
            yield "page", str(self.page)
        if self.after:
            yield "after", self.after
        if self.opened:
            yield "more", self.opened

    def query(self, *, place: bool = False, **changes: Any) -> str:
        """Return the query string with some parts changed; with `place`, page and cursor too."""
        other = replace(self, **changes) if changes else self
        return urlencode(list(other.pairs(place=place)))

    def without(self, key: str, value: str | None = None) -> "ListArgs":
        """Return this address without one filter, or without one of its values."""
        filters = dict(self.filters)
        left = tuple(one for one in filters.pop(key, ()) if value is not None and one != value)
        if left:
            filters[key] = left
        return replace(self, filters=filters, page=1, after="", tab="")


def parse_args(spec: "ListSpec", values: Any) -> ListArgs:
    """Check the parameters of `spec`'s address; unknown names are ignored, bad values are 400."""
    given: MultiDict[str, str] = MultiDict(values)
    single = {name: _single(given, name) for name in SINGLE}
    filters = _filters(spec, given)
    tab = next((one for one in spec.tabs if one.key == single["tab"]), None)
    if tab is not None:
        filters = _filters(spec, _multi(tab.filters())) | filters
    group = spec.facet_by_key.get(single["group"])
    grouped = group is not None and group.kind == "choice"
    args = ListArgs(
        q=_search(single["q"]),
        filters=filters,
        sort=_sort(spec, single["sort"]),
        page=_number(single["page"]) or 1,
        size=_number(single["size"]) or spec.size,
        after="" if grouped else single["after"],  # grouped lists have page numbers only
        columns=tuple(c for c in dict.fromkeys(given.getlist("col")) if c in spec.column_by_key),
        tab=tab.key if tab else EVERYTHING if single["tab"] == EVERYTHING and spec.tabs else "",
        opened=single["more"] if single["more"] in spec.facet_by_key else "",
        group=single["group"] if grouped else "",
        usual_size=spec.size,
    )
    if args.size not in {*SIZES, spec.size}:
        raise DomainError(_("A page can hold %(sizes)s rows.", sizes=", ".join(map(str, SIZES))))
    return (
        args if args.offset <= OFFSET_LIMIT else replace(args, page=OFFSET_LIMIT // args.size + 1)
    )


def convert(kind: type, text: str) -> Any:
    """Return text of an address as the Python type of a column; raise DomainError 400."""
    try:
        value: Any = _READERS.get(kind, str)(text)
        fits = kind not in NUMBERS or -LARGEST < value < LARGEST
    except (ValueError, KeyError, ArithmeticError):
        fits = False
    if not fits:
        raise DomainError(_("“%(value)s” is not a value of this filter.", value=text[:40]))
    return value


def _day(text: str) -> date:
    day = parse_date(text)
    if day is None:
        raise ValueError(text)
    return day


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value


_READERS: Mapping[type, Callable[[str], Any]] = {
    bool: {"1": True, "0": False, "True": True, "False": False}.__getitem__,
    date: _day,
    datetime: _instant,
    int: int,
    Decimal: Decimal,
    float: float,
}


def _single(given: MultiDict[str, str], name: str) -> str:
    values = [value for value in given.getlist(name) if value]
    if len(values) > 1:
        raise DomainError(_("“%(name)s” stands in the address more than once.", name=name))
    return values[0] if values else ""


def _multi(filters: Mapping[str, str | Sequence[str]]) -> MultiDict[str, str]:
    return MultiDict(
        (key, value)
        for key, values in filters.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def _filters(spec: "ListSpec", given: MultiDict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for facet in spec.facets:
        if facet.kind == "dates":
            for key in (f"{facet.key}_from", f"{facet.key}_to"):
                day = _single(given, key)
                if day:
                    found[key] = (convert(date, day).isoformat(),)
            first, last = (found.get(f"{facet.key}_{end}", ("",))[0] for end in ("from", "to"))
            if first and last and first > last:
                words = _("%(what)s: the first day comes after the last one.", what=facet.title)
                raise DomainError(words)
            continue
        values = _values(facet, given.getlist(facet.key))
        if len(values) > MAX_VALUES:
            raise DomainError(_("Too many values of one filter."))
        if values:
            found[facet.key] = values
    return found


def _values(facet: Facet, given: Sequence[str]) -> tuple[str, ...]:
    """Drop empty and double values; yes and no have one form."""
    texts = [text for text in given if text]
    if texts and python_type(value_of(facet.expr)) is bool:
        texts = [{"True": "1", "False": "0"}.get(text, text) for text in texts]
    return tuple(dict.fromkeys(texts))


def _search(text: str) -> str:
    words = text.strip()
    if len(words) > MAX_SEARCH:
        raise DomainError(_("Search for at most %(number)s characters.", number=MAX_SEARCH))
    return words


def _sort(spec: "ListSpec", text: str) -> str:
    column = spec.column_by_key.get(text.removeprefix("-"))
    return text if column is not None and column.sortable else ""


def _number(text: str) -> int:
    if not text:
        return 0
    if (
        not text.isascii()
        or not text.isdigit()
        or len(text) > len(str(OFFSET_LIMIT))
        or not int(text)
    ):
        raise DomainError(_("“%(value)s” is not a page or a page size.", value=text[:40]))
    return int(text)
