"""The rows of a list as HTML, built once a page by prepared functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request, url_for
from markupsafe import Markup

from core.access.context import AccessContext
from core.access.records import covered
from core.contributions import Verb
from core.i18n import gettext as _
from core.i18n import money_unit, name_reader
from core.web.cells import cell_classes, inner_html, text_of
from core.web.list_columns import Column, Lookup, stored
from core.web.list_spec import ListSpec, read_ids

WALK = "list"  # the parameter of a record's page that holds the address of the list it is in
CHANGEABLE = "changeable"  # the parameter of a list's address that asks which rows are
BARE = frozenset({"number", "percent", "date", "day", "instant", "bool"})
SAMPLE_ID = 987_654_321


def editing(spec: ListSpec, access: AccessContext) -> dict[str, str]:
    """Return how quick.js finds a row's record and its form, with # for the record's id.

    `ask` is the address that tells which rows may be changed; none where all that is seen may.
    """
    ends = {"row": spec.record_endpoint, "form": spec.edit_endpoint}
    found = {name: "#".join(address_pattern(end) or ()) for name, end in ends.items()}
    reaches = [access.reach(spec.resource, verb) for verb in (Verb.QUERY, Verb.UPDATE)]
    return found if reaches[0] == reaches[1] else found | {"ask": f"{request.path}?{CHANGEABLE}="}


def changeable(spec: ListSpec, asked: Sequence[str]) -> Response:
    """Answer as JSON which of these records, "1,2,3", the reader may change.

    Asked for once the page is shown, as the counts of tabs are: the page need not wait.
    """
    return jsonify(sorted(covered(spec.resource, read_ids(asked), Verb.UPDATE)))


def address_pattern(endpoint: str | None) -> tuple[str, str] | None:
    """Return what stands before and behind the id in the address of one record."""
    if endpoint is None:
        return None
    before, _sample, behind = url_for(endpoint, record_id=SAMPLE_ID).partition(str(SAMPLE_ID))
    return escape(before), escape(behind)


def render_rows(
    rows: Sequence[Any],
    columns: Sequence[Column],
    *,
    endpoint: str | None,
    ticks: bool,
    edited: bool = False,
    walk: str | None = None,
    groups: Mapping[Any, Markup] | None = None,
) -> Markup:
    """Return the table rows; each row is id, sort value, then value (and second line) by column.

    `edited` lets cells be changed in place.

    One pattern holds the tags of a whole row; only what differs is filled in. `walk` is what the
    links say of the list they stand in; `groups` are the rows to put above each first row of a
    group, whose value is the last of each row.
    """
    before, behind = address_pattern(endpoint) or ("", "")
    if walk is not None:
        behind += "?" + urlencode({WALK: walk})
    before, behind = before.replace("%", "%%"), behind.replace("%", "%%")
    pattern, position = "<tr>", 2
    fills: list[tuple[int, Callable[[Any], str]]] = []
    if ticks:
        start, fill = _tick(columns)
        pattern += start
        fills += [(0, str), fill]
    for number, column in enumerate(columns):
        first = number == 0
        inner, at = "%s", position
        if isinstance(column.labels, Lookup):  # the words of just the values on this page
            values = {stored(row[at]) for row in rows}
            column = replace(column, labels=dict(column.labels.titles(values)))  # noqa: PLW2901
        if first and endpoint is not None:
            inner = f'<a class="key" href="{before}%s{behind}">%s</a>'
            fills.append((0, str))
        elif first:
            inner = '<span class="key">%s</span>'
        fills.append((at, inner_html(column)))
        if column.sub is not None:
            inner += "%s"
            fills.append((at + 1, _second_line()))
        classes = cell_classes(column, first=first, edited=edited)
        pattern += f"<td{classes}{phone_words(column, first=first)}>{inner}</td>"
        position += 1 if column.sub is None else 2
    pattern += "</tr>"
    lines = [pattern % tuple([fill(row[at]) for at, fill in fills]) for row in rows]
    if groups is not None:
        lines = [
            f"{groups[row[-1]]}\n{line}" if not at or rows[at - 1][-1] != row[-1] else line
            for at, (row, line) in enumerate(zip(rows, lines, strict=True))
        ]
    return Markup("\n".join(lines))  # noqa: S704 - every fill escapes its value


def phone_words(column: Column, *, first: bool) -> str:
    """Return what says on a phone's card, where no head is, what a bare value is."""
    if column.kind == "money":
        return f' data-u="{escape(money_unit().words)}"'
    bare = column.phone in {"p2", "p3", "p4"} and column.kind in BARE and column.labels is None
    return f' data-l="{escape(str(column.title))}"' if bare and not first else ""


def _second_line() -> Callable[[Any], str]:
    read = name_reader()
    return lambda value: f'<span class="sub">{escape(read(value))}</span>' if value else ""


def _tick(columns: Sequence[Column]) -> tuple[str, tuple[int, Callable[[Any], str]]]:
    name = text_of(columns[0])
    words = escape(_("Select")).replace("%", "%%")
    pattern = (
        '<td class="ck"><label><input class="form-check-input" type="checkbox" name="ids" '
        f'form="bulk" value="%s" aria-label="{words} %s"></label></td>'
    )
    return pattern, (2, lambda value: escape(name(value)))
