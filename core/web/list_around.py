"""What stands around the rows of a list: heads, chips, tabs, groups, totals, exports."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import url_for
from markupsafe import Markup

from core.i18n import gettext as _
from core.i18n import join_words, ngettext
from core.web.cells import cell_classes, text_of
from core.web.list_args import EVERYTHING, ListArgs
from core.web.list_columns import stored
from core.web.list_groups import figures, group_row, on_page
from core.web.saved_views import ViewLine, readable

if TYPE_CHECKING:
    from core.web.list_page import Page


@dataclass(slots=True)
class Head:
    """One column head."""

    title: str
    classes: str
    href: str | None
    sorted: str | None  # ascending | descending
    edit: str = ""  # the field of the form that changes its cells


@dataclass(slots=True)
class Chip:
    """One filter in force, with the address without it."""

    title: str
    words: str
    href: str
    is_group: bool = False


@dataclass(slots=True)
class TabLink:
    """A ready filter or a saved view; `icon` tells own (star) from shared (user)."""

    title: str
    href: str
    here: bool
    icon: str = ""


def heads(page: "Page") -> list[Head]:
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
        found.append(Head(column.head, classes, href, state, column.edit))
    return found


def chips(page: "Page") -> list[Chip]:
    """Return the filters in force in words."""
    found = []
    if page.groups is not None:
        facet = page.spec.facet_by_key[page.args.group]
        bare = page.href(page.args, group="")
        found.append(Chip(_("Group"), str(facet.title), bare, is_group=True))
    for view in page.facets:
        if view.kind == "dates":
            if view.first or view.last:
                rest = page.args.without(f"{view.key}_from").without(f"{view.key}_to")
                words = f"{view.first} … {view.last}".strip()
                found.append(Chip(view.title, words, page.href(rest)))
            continue
        words = join_words(o.label for o in view.options if o.chosen)
        if words:
            found.append(Chip(view.title, words, page.href(page.args.without(view.key))))
    return found


def tabs(page: "Page", views: Sequence[ViewLine]) -> list[TabLink]:
    """Return the ready filters, then the own and the shared views; the first is everything."""
    here, present = page.args.tab, page.args.query()
    plain = ListArgs(sort=page.args.sort, size=page.args.size, usual_size=page.spec.size)
    saved = [
        TabLink(view.name, f"{page.path}?{query}", query == present, view.icon)
        for view in views
        if (query := readable(page.spec, view.query))
    ]
    in_view = any(link.here for link in saved)
    whole = replace(plain, tab=EVERYTHING) if page.spec.first_tab else plain
    return [
        TabLink(_("All"), page.href(whole), here in ("", EVERYTHING) and not in_view),
        *(
            TabLink(str(tab.title), f"{page.path}?{plain.query(tab=tab.key)}", tab.key == here)
            for tab in page.spec.tabs
        ),
        *saved,
    ]


def save_address(page: "Page") -> str:
    """Return where the present address is saved as a view."""
    return url_for("web.new_view", page=page.spec.endpoint, query=page.args.query())


def groupings(page: "Page") -> list[tuple[str, str, str, bool]]:
    """Return (key, title, address, whether here) of what the list can be grouped by."""
    here = page.args.group if page.groups is not None else ""
    return [
        (
            facet.key,
            facet.title,
            page.href(page.args, group="" if facet.key == here else facet.key),
            facet.key == here,
        )
        for facet in page.facets
        if facet.kind == "choice"
    ]


def group_rows(page: "Page", *, ticks: bool) -> dict[Any, Markup] | None:
    """Return the row above each group of this page, its title a link to just these rows."""
    if page.groups is None:
        return None
    key = page.args.group
    found = {}
    for group in on_page(page.groups, page.args):
        text, href = stored(group.value), None
        if text:
            bare = page.args.without(key)
            filters = {**bare.filters, key: (text,)}
            href = page.href(replace(bare, filters=filters, group=""))
        width = len(page.columns) + ticks
        words = figures(group, page.columns)
        found[group.value] = group_row(group, words, href=href, width=width)
    return found


def foot(page: "Page", *, ticks: bool) -> Markup | None:
    """Return the total row over all pages; None when nothing is summed."""
    if not page.sums or not page.rows:
        return None
    words = ngettext("Total of %(num)s (all pages)", "Total of %(num)s (all pages)", page.total)
    named, empty = Markup('<td class="num" data-l="{}">{}</td>'), Markup("<td></td>")
    cells = [Markup('<td class="sum-l">{}</td>').format(words)]
    for column in page.columns[1:]:
        value = page.sums.get(column.key)
        cells.append(empty if value is None else named.format(column.head, text_of(column)(value)))
    return Markup().join([Markup("<td></td>"), *cells] if ticks else cells)


def export_urls(page: "Page") -> list[tuple[str, str]]:
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
