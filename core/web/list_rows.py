"""The rows of a list as HTML, built once a page by prepared functions."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from core.i18n import gettext as _
from core.i18n import name_reader
from core.web.cells import cell_classes, inner_html, text_of
from core.web.list_columns import Column

SAMPLE_ID = 987_654_321


def address_pattern(endpoint: str | None) -> tuple[str, str] | None:
    """Return what stands before and behind the id in the address of one record."""
    if endpoint is None:
        return None
    before, _sample, behind = url_for(endpoint, record_id=SAMPLE_ID).partition(str(SAMPLE_ID))
    return str(escape(before)), str(escape(behind))


def render_rows(
    rows: Sequence[Any], columns: Sequence[Column], *, endpoint: str | None, ticks: bool
) -> Markup:
    """Return the table rows; each row is id, sort value, then value (and second line) by column.

    One pattern holds the tags of a whole row; only what differs is filled in.
    """
    before, behind = (part.replace("%", "%%") for part in address_pattern(endpoint) or ("", ""))
    pattern, position = "<tr>", 2
    fills: list[tuple[int, Callable[[Any], str]]] = []
    if ticks:
        start, fill = _tick(columns)
        pattern += start
        fills += [(0, str), fill]
    for number, column in enumerate(columns):
        first = number == 0
        inner, at = "%s", position
        if first and endpoint is not None:
            inner = f'<a class="key" href="{before}%s{behind}">%s</a>'
            fills.append((0, str))
        elif first:
            inner = '<span class="key">%s</span>'
        fills.append((at, inner_html(column)))
        if column.sub is not None:
            inner += "%s"
            fills.append((at + 1, _second_line()))
        pattern += f"<td{cell_classes(column, first=first)}>{inner}</td>"
        position += 1 if column.sub is None else 2
    pattern += "</tr>"
    lines = [pattern % tuple([fill(row[at]) for at, fill in fills]) for row in rows]
    return Markup("\n".join(lines))  # noqa: S704 - every fill escapes its value


def _second_line() -> Callable[[Any], str]:
    read = name_reader()
    return lambda value: f'<span class="sub">{escape(read(value))}</span>' if value else ""


def _tick(columns: Sequence[Column]) -> tuple[str, tuple[int, Callable[[Any], str]]]:
    name = text_of(columns[0])
    words = str(escape(_("Select"))).replace("%", "%%")
    pattern = (
        '<td class="ck"><label><input class="form-check-input" type="checkbox" name="ids" '
        f'form="bulk" value="%s" aria-label="{words} %s"></label></td>'
    )
    return pattern, (2, lambda value: str(escape(name(value))))
