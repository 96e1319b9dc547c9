"""One page of a list: few statements whatever the number of rows, then the template."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.access.context import AccessContext
from core.access.guarded_session import KEEPS_ORDER
from core.contributions import Verb
from core.i18n import gettext as _
from core.i18n import join_words, ngettext
from core.unit_of_work import current_unit
from core.web.addresses import local_path
from core.web.cells import cell_classes, text_of
from core.web.list_args import OFFSET_LIMIT, SIZES, ListArgs
from core.web.list_columns import Column
from core.web.list_facets import FacetView, facet_views
from core.web.list_query import COUNT_LIMIT, count_statement, rows_statement, write_cursor
from core.web.list_rows import render_rows
from core.web.list_spec import ListSpec

NEIGHBOURS = 2
WIDE = 2_000  # rows from which walking along the order beats collecting and sorting them


@dataclass(slots=True)
class Head:
    """One column head."""

    title: str
    classes: str
    href: str | None
    sorted: str | None  # ascending | descending


@dataclass(slots=True)
class Chip:
    """One filter in force, with the address without it."""

    title: str
    words: str
    href: str


@dataclass(slots=True)
class Page:
    """All that the template shows."""

    spec: ListSpec
    args: ListArgs
    access: AccessContext
    columns: Sequence[Column]
    total: int
    sums: dict[str, Any]
    rows: list[Any]
    has_more: bool
    path: str
    facets: list[FacetView] = field(default_factory=list)

    @property
    def total_text(self) -> str:
        """The number of rows; beyond the bound with a plus."""
        return f"{COUNT_LIMIT - 1}+" if self.total >= COUNT_LIMIT else str(self.total)

    def href(self, args: ListArgs, *, place: bool = False, **changes: Any) -> str:
        """Return the list's address for changed parameters."""
        query = args.query(place=place, **changes)
        return f"{self.path}?{query}" if query else self.path


def load_page(spec: ListSpec, args: ListArgs, session: Session, access: AccessContext) -> Page:
    """Ask the database: rows, count with sums where needed, facets."""
    columns = spec.columns_for(access, args)
    statement = rows_statement(spec, args, access, columns).limit(args.size + 1)
    if not args.after:
        statement = statement.offset(args.offset)
    summed = [column for column in columns if column.total]
    counted = session.execute(count_statement(spec, args, access, columns)).one()
    total = counted[0]
    wide = {KEEPS_ORDER: True} if total >= WIDE else {}
    rows = list(session.execute(statement, execution_options=wide).all())
    has_more = len(rows) > args.size
    del rows[args.size :]
    sums = {column.key: value for column, value in zip(summed, counted[1:], strict=True)}
    if total >= COUNT_LIMIT:
        sums = {}
    facets: list[FacetView] = []
    if spec.facets and (total or args.is_narrowed):  # an empty list has nothing to narrow
        facets = facet_views(spec, args, access, session, total=total)
    return Page(spec, args, access, columns, total, sums, rows, has_more, request.path, facets)


def render_list(
    spec: ListSpec,
    *,
    template: str = "web/list.html",
    create: str | None = None,
    imports: str | None = None,
    **context: Any,
) -> str:
    """Answer a list's page for the request's address; `create` and `imports` are endpoints."""
    unit = current_unit()
    access = unit.access
    page = load_page(spec, spec.parse(request.args), unit.session, access)
    may_create = create is not None and access.may(spec.resource, Verb.CREATE)
    may_import = imports is not None and access.may(spec.resource, Verb.IMPORT)
    bulk = [b for b in spec.bulk if b.action is None or access.may(spec.resource, b.action)]
    return render_template(
        template,
        page=page,
        spec=spec,
        args=page.args,
        rows=render_rows(page.rows, page.columns, endpoint=spec.record_endpoint, ticks=bool(bulk)),
        heads=heads(page),
        chips=chips(page),
        tabs=tabs(page),
        foot=foot(page, ticks=bool(bulk)),
        bulk=bulk,
        pages=numbered(page),
        next_href=next_href(page),
        previous_href=previous_href(page),
        limited=access.limited_words(spec.resource, Verb.QUERY),
        create_url=url_for(create) if create and may_create else None,
        import_url=url_for(imports) if imports and may_import else None,
        export_urls=export_urls(page),
        sizes=sorted({*SIZES, spec.size}),
        offered=[c for c in spec.columns if spec.may_see(access, c.field)],
        **context,
    )


def heads(page: Page) -> list[Head]:
    """Return the column heads with the address that sorts by each."""
    sort = page.args.sort or page.spec.sort
    found = []
    for number, column in enumerate(page.columns):
        by = sort.removeprefix("-") == column.key
        down = by and sort.startswith("-")
        first = f"-{column.key}" if column.is_numeric else column.key
        turned = (column.key if down else f"-{column.key}") if by else first
        href = page.href(page.args, sort=turned) if column.sortable else None
        state = ("descending" if down else "ascending") if by else None
        classes = cell_classes(column, first=number == 0)
        found.append(Head(str(column.title), classes, href, state))
    return found


def chips(page: Page) -> list[Chip]:
    """Return the filters in force in words."""
    found = []
    for facet in page.facets:
        if facet.kind == "dates":
            if facet.first or facet.last:
                bare = page.args.without(f"{facet.key}_from").without(f"{facet.key}_to")
                words = f"{facet.first} … {facet.last}".strip()
                found.append(Chip(facet.title, words, page.href(bare)))
            continue
        words = join_words(o.label for o in facet.options if o.chosen)
        if words:
            found.append(Chip(facet.title, words, page.href(page.args.without(facet.key))))
    return found


def tabs(page: Page) -> list[tuple[str, str, bool]]:
    """Return (title, address, whether here) of the ready filters; the first is everything."""
    if not page.spec.tabs:
        return []
    here = page.args.tab
    plain = ListArgs(sort=page.args.sort, size=page.args.size, usual_size=page.spec.size)
    everything = (_("All"), page.href(plain), not here and not page.args.is_narrowed)
    return [everything] + [
        (str(tab.title), f"{page.path}?{plain.query(tab=tab.key)}", tab.key == here)
        for tab in page.spec.tabs
    ]


def foot(page: Page, *, ticks: bool) -> Markup | None:
    """Return the total row over all pages; None when nothing is summed."""
    if not page.sums or not page.rows:
        return None
    words = ngettext("Total of %(num)s (all pages)", "Total of %(num)s (all pages)", page.total)
    cells = [Markup("<td>{}</td>").format(words)]
    for column in page.columns[1:]:
        value = page.sums.get(column.key)
        shown = text_of(column)(value) if value is not None else ""
        cells.append(Markup('<td class="num">{}</td>').format(shown))
    return Markup().join([Markup("<td></td>"), *cells] if ticks else cells)


def numbered(page: Page) -> list[tuple[int, str | None]]:
    """Return page numbers with their addresses (None: here); 0 stands for a gap."""
    if page.args.after:
        return []
    last = max(1, ceil(min(page.total, OFFSET_LIMIT) / page.args.size))
    here = page.args.page
    shown = {1, last, *range(here - NEIGHBOURS, here + NEIGHBOURS + 1)}
    found: list[tuple[int, str | None]] = []
    before = 0
    for number in sorted(n for n in shown if 1 <= n <= last):
        if number - before > 1:
            found.append((0, None))
        address = page.href(page.args, place=True, page=number) if number != here else None
        found.append((number, address))
        before = number
    return found


def previous_href(page: Page) -> str | None:
    """Return where the rows before are; behind a cursor there is only the beginning."""
    if page.args.after:
        return page.href(page.args)
    return page.href(page.args, place=True, page=page.args.page - 1) if page.args.page > 1 else None


def next_href(page: Page) -> str | None:
    """Return where the next rows are: the next number, or behind the last row beyond the bound."""
    if not page.has_more:
        return None
    args = page.args
    if not args.after and args.offset + 2 * args.size <= OFFSET_LIMIT:
        return page.href(args, place=True, page=args.page + 1)
    last = page.rows[-1]
    return page.href(args, place=True, page=1, after=write_cursor(last[1], last[0]))


def export_urls(page: Page) -> list[tuple[str, str]]:
    """Return (format, address) of the exports of just these rows."""
    endpoint = page.spec.export_endpoint
    if endpoint is None or not page.spec.may_export(page.access):
        return []
    query = page.args.query()
    found = []
    for kind in ("xlsx", "csv"):
        address = url_for(endpoint, format=kind)
        mark = "&" if "?" in address else "?"
        found.append((kind, f"{address}{mark}{query}" if query else address))
    return found


def return_to(form: Any) -> str:
    """Return the list's address that a bulk form came from."""
    return local_path(form.get("return_to"))
