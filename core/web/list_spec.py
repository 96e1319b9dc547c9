"""A list declared once: its page, its export, its charts and its bulk actions come from here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from core.access.context import AccessContext
from core.contributions import Verb, type_Title
from core.errors import DomainError, ProgrammingFault
from core.i18n import gettext as _
from core.unit_of_work import current_unit
from core.web.list_args import EVERYTHING, ListArgs, parse_args
from core.web.list_columns import BulkAction, Column, Facet, Tab
from core.web.list_query import narrow, rows_statement

RESERVED = frozenset(
    {
        "q",
        "sort",
        "page",
        "size",
        "col",
        "tab",
        "after",
        "id",
        "ids",
        "all",
        "query",
        "filters",
        "why",
        "more",
        "group",
        "counts",
        "changeable",
    }
)
LIST_PAGES: set[str] = set()  # the endpoints of all lists that are declared
MAX_TICKED = 1_000
ID_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class ListSpec:
    """A list declared once: its page, its export and its charts all come from here."""

    key: str
    resource: str
    title: type_Title
    endpoint: str
    id: Any
    source: Callable[[], Select[Any]]
    columns: tuple[Column, ...]
    record_endpoint: str | None = None
    facets: tuple[Facet, ...] = ()
    search: tuple[Any, ...] = ()
    search_hint: type_Title = ""
    sort: str = ""
    size: int = 50
    tabs: tuple[Tab, ...] = ()
    first_tab: str = ""  # the tab that stands open at first; "" is everything
    bulk: tuple[BulkAction, ...] = ()
    export_endpoint: str | None = None
    empty_title: type_Title = ""
    empty_text: type_Title = ""
    edit_endpoint: str | None = None  # the form of one record; its fields may be `Column.edit`
    # the source without the tables that are joined for columns alone: counting needs no more
    rows: Callable[[], Select[Any]] | None = None
    walks: bool = False  # its links carry the filter, for ‹ › on the record (RecordPage.walk)

    def __post_init__(self) -> None:
        LIST_PAGES.add(self.endpoint)
        keys = [c.key for c in self.columns] + [f.key for f in self.facets]
        for key in keys:
            if key in RESERVED or not key.isidentifier():
                raise ProgrammingFault(
                    f"{self.key}: {key!r} cannot be the key of a column or facet"
                )
        if any(tab.key == EVERYTHING for tab in self.tabs):
            raise ProgrammingFault(f"{self.key}: a tab cannot be called {EVERYTHING!r}")
        if not self.columns:
            raise ProgrammingFault(f"{self.key}: a list needs a column")
        if self.edit_endpoint is None and any(column.edit for column in self.columns):
            raise ProgrammingFault(f"{self.key}: cells that may be edited need an edit_endpoint")

    @cached_property
    def column_by_key(self) -> dict[str, Column]:
        """Columns by key."""
        return {column.key: column for column in self.columns}

    @cached_property
    def facet_by_key(self) -> dict[str, Facet]:
        """Facets by key."""
        return {facet.key: facet for facet in self.facets}

    def parse(self, values: Any) -> ListArgs:
        """Check an address (a MultiDict); raise DomainError 400 for malformed values."""
        return parse_args(self, values)

    def may_see(self, access: AccessContext, field_name: str | None) -> bool:
        """Tell whether a field may be shown, filtered, sorted and exported by this actor."""
        return field_name is None or field_name not in access.hidden_fields(self.resource)

    def columns_for(self, access: AccessContext, args: ListArgs) -> tuple[Column, ...]:
        """Return the columns that are wanted and may be seen, in declared order."""
        return tuple(c for c in self.wanted(args) if self.may_see(access, c.field))

    def wanted(self, args: ListArgs) -> tuple[Column, ...]:
        """Return the columns that the address asks for, the link always among them."""
        if not args.columns:
            return tuple(column for column in self.columns if column.shown)
        chosen = {self.columns[0].key, *args.columns}
        return tuple(column for column in self.columns if column.key in chosen)

    def may_edit(self, access: AccessContext) -> bool:
        """Tell whether cells may be changed in place, where the record allows it."""
        return (
            self.edit_endpoint is not None
            and self.record_endpoint is not None
            and access.may(self.resource, Verb.UPDATE)
        )

    def may_export(self, access: AccessContext) -> bool:
        """Tell whether the export links are shown."""
        return self.export_endpoint is not None and access.may(self.resource, Verb.EXPORT)

    def query(self, args: ListArgs, access: AccessContext | None = None) -> Select[Any]:
        """Return id and every wanted column that may be seen, filtered and sorted, unlimited."""
        held = access or current_unit().access
        return rows_statement(self, args, held, self.columns_for(held, args))

    def narrow(
        self, args: ListArgs, *columns: Any, access: AccessContext | None = None
    ) -> Select[Any]:
        """Return the same rows with other columns and without order: for charts and sums."""
        return narrow(self, args, access or current_unit().access, columns)

    def selection(self, form: Any) -> Select[Any]:
        """Return the ids that a bulk form means: the ticked ones, or all that its filter finds.

        Raise DomainError 400 when nothing was ticked or an id is malformed.
        """
        if form.get("all") == "1":
            return self.narrow(self.parse(MultiDict(parse_qsl(form.get("query", "")))), self.id)
        ids = read_ids(form.getlist("ids"))
        if not ids:
            raise DomainError(_("Nothing was ticked."))
        return self.narrow(ListArgs(), self.id).where(self.id.in_(ids))


def read_ids(sent: Iterable[str], most: int = MAX_TICKED) -> list[int]:
    """Return the records that fields of a form or an address name, each one id or "1,2,3".

    Raise DomainError 400 for too many or a malformed one, rather than leave one out.
    """
    texts = [text for part in sent for text in part.split(",") if text]
    if len(texts) > most or not all(
        text.isascii() and text.isdigit() and len(text) < ID_DIGITS for text in texts
    ):
        raise DomainError(_("The ticked rows cannot be read. Tick them again."))
    return [int(text) for text in texts]
