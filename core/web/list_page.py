"""One page of a list: few statements whatever the number of rows, then the template."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.access.context import AccessContext
from core.access.guarded_session import KEEPS_ORDER
from core.contributions import Verb
from core.errors import DomainError
from core.i18n import format_number
from core.i18n import gettext as _
from core.unit_of_work import current_unit
from core.web.addresses import local_path
from core.web.list_args import EVERYTHING, OFFSET_LIMIT, SIZES, ListArgs
from core.web.list_around import (
    chips,
    export_urls,
    foot,
    group_rows,
    groupings,
    heads,
    save_address,
    tabs,
)
from core.web.list_columns import Column, Facet
from core.web.list_counts import ASKED, tab_counts
from core.web.list_facets import FacetView, facet_views
from core.web.list_groups import (
    Group,
    group_facet,
    grouped_rows,
    load_groups,
    on_page,
    summed,
)
from core.web.list_query import count_limit, count_statement, rows_statement, write_cursor
from core.web.list_refused import refused_list
from core.web.list_rows import CHANGEABLE, changeable, editing, render_rows
from core.web.list_spec import ListSpec
from core.web.saved_views import default_address, offered_views, sharing_words

NEIGHBOURS = 2
WIDE = 2_000  # rows from which walking along the order beats collecting and sorting them


@dataclass(slots=True)
class Page:
    """All that the template shows."""

    spec: ListSpec
    args: ListArgs
    access: AccessContext
    columns: Sequence[Column]
    total: int  # at most `bound`, unless groups were counted
    bound: int
    sums: dict[str, Any]
    rows: list[Any]
    has_more: bool
    path: str
    facets: list[FacetView] = field(default_factory=list)
    groups: list[Group] | None = None  # None: not grouped
    has_default: bool = False  # the bare address shows a view instead of everything

    @property
    def total_text(self) -> str:
        """The number of rows; beyond the bound with a plus, unless groups were counted."""
        return f"{self.bound - 1:,}+" if self.is_bounded else format_number(self.total)

    @property
    def is_bounded(self) -> bool:
        """Tell whether there may be more rows than were counted."""
        return self.groups is None and self.total >= self.bound

    def href(self, args: ListArgs, *, place: bool = False, **changes: Any) -> str:
        """Return the list's address for changed parameters."""
        query = args.query(place=place, **changes)
        if self.has_default and not query:
            query = f"tab={EVERYTHING}"
        return f"{self.path}?{query}" if query else self.path


def load_page(spec: ListSpec, args: ListArgs, session: Session, access: AccessContext) -> Page:
    """Ask the database: rows, count with sums where needed, facets."""
    columns = spec.columns_for(access, args)
    facet = group_facet(spec, args, access)
    if facet is not None:
        page = _grouped(spec, args, session, access, facet)
    else:
        page = _plain(spec, replace(args, group=""), session, access, columns)
    if spec.facets and (page.total or args.is_narrowed):  # an empty list has nothing to narrow
        total = None if page.is_bounded else page.total
        page.facets = facet_views(spec, args, access, session, total=total)
    return page


def _plain(
    spec: ListSpec,
    args: ListArgs,
    session: Session,
    access: AccessContext,
    columns: Sequence[Column],
) -> Page:
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
    bound = count_limit(spec, access)
    if total >= bound:
        sums = {}
    return Page(spec, args, access, columns, total, bound, sums, rows, has_more, request.path)


def _grouped(
    spec: ListSpec, args: ListArgs, session: Session, access: AccessContext, facet: Facet
) -> Page:
    columns = spec.columns_for(access, args)
    groups = load_groups(spec, args, access, session, facet=facet, columns=columns)
    total = sum(group.count for group in groups)
    shown = on_page(groups, args)
    rows: list[Any] = []
    if shown:
        statement = grouped_rows(spec, args, access, columns, facet=facet, shown=shown)
        rows = list(session.execute(statement).all())
    has_more = args.offset + len(rows) < total
    sums = summed(groups, columns)
    bound = count_limit(spec, access)
    page = Page(spec, args, access, columns, total, bound, sums, rows, has_more, request.path)
    page.groups = groups
    return page


def render_list(
    spec: ListSpec,
    *,
    template: str = "web/list.html",
    create: str | None = None,
    imports: str | None = None,
    **context: Any,
) -> str | Response:
    """Answer a list's page for the request's address; `create` and `imports` are endpoints.

    The bare address goes on to the reader's default view, if there is one; with `counts=1` the
    answer is how many rows stand behind each tab, as JSON.
    """
    unit = current_unit()
    access = unit.access
    views = offered_views(unit, spec)
    default = default_address(spec, views or ())
    if default and not request.query_string:
        return redirect(f"{request.path}?{default}")
    if request.args.get(ASKED):
        bare = Page(
            spec, spec.parse({}), access, (), 0, 1, {}, [], has_more=False, path=request.path
        )
        return tab_counts(spec, tabs(bare, views or ()), unit.session, access)
    if request.args.get(CHANGEABLE):
        return changeable(spec, request.args.getlist(CHANGEABLE))
    try:
        address = request.args or MultiDict({"tab": spec.first_tab})
        page = load_page(spec, spec.parse(address), unit.session, access)
    except DomainError as error:
        return refused_list(spec, error)
    page.has_default = bool(default)
    may_create = create is not None and access.may(spec.resource, Verb.CREATE)
    may_import = imports is not None and access.may(spec.resource, Verb.IMPORT)
    edited = spec.may_edit(access)
    bulk = [b for b in spec.bulk if b.action is None or access.may(spec.resource, b.action)]
    return render_template(
        template,
        page=page,
        spec=spec,
        args=page.args,
        rows=render_rows(
            page.rows,
            page.columns,
            endpoint=spec.record_endpoint,
            ticks=bool(bulk),
            edited=edited,
            walk=page.args.query() if spec.walks else None,
            groups=group_rows(page, ticks=bool(bulk)),
        ),
        heads=heads(page),
        chips=chips(page),
        tabs=tabs(page, views or ()),
        keys=_keys(spec, ticks=bool(bulk), edited=edited),
        counts_url=f"{page.path}?{ASKED}=1",
        save_url=None if views is None else save_address(page),
        sharing=sharing_words(unit.actor),
        groupings=groupings(page),
        foot=foot(page, ticks=bool(bulk)),
        bulk=bulk,
        editing=editing(spec, access) if edited else None,
        pages=numbered(page),
        next_href=next_href(page),
        previous_href=previous_href(page),
        limited=access.limited_words(spec.resource, Verb.QUERY) if spec.resource else None,
        create_url=url_for(create) if create and may_create else None,
        import_url=url_for(imports) if imports and may_import else None,
        export_urls=export_urls(page),
        sizes=sorted({*SIZES, spec.size}),
        offered=[c for c in spec.columns if spec.may_see(access, c.field)],
        **context,
    )


def _keys(spec: ListSpec, *, ticks: bool, edited: bool) -> list[str]:
    """Return what the keys of this very list do, in words."""
    known = (
        (_("J K move"), True),
        (_("X tick"), ticks),
        (_("E edit"), edited),
        (_("Enter open"), spec.record_endpoint is not None),
        (_("/ search"), bool(spec.search)),
    )
    return [words for words, here in known if here]


def numbered(page: Page) -> list[tuple[int, str | None]]:
    """Return page numbers with their addresses (None: here); 0 stands for a gap."""
    if page.args.after:
        return []
    here = page.args.page
    last = max(1, ceil(min(page.total, OFFSET_LIMIT) / page.args.size))
    if page.is_bounded and page.rows:
        last = max(last, here)  # what was counted may end before this page
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
    if page.groups is not None:
        return None  # the titles of the groups lead on
    last = page.rows[-1]
    return page.href(args, place=True, page=1, after=write_cursor(last[1], last[0]))


def return_to(form: Any) -> str:
    """Return the list's address that a bulk form came from."""
    return local_path(form.get("return_to"))
