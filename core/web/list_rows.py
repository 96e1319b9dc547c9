"""The rows of a list as HTML, built once a page by prepared functions."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from core.i18n import gettext as _
from core.i18n import name_reader
from core.web.cells import EMPTY, cell_classes, inner_html, text_of
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
    """Return the table rows; each row is id, sort value, then value (and second line) by column."""
    pattern = address_pattern(endpoint)
    cells: list[Callable[[Any], str]] = []
    position = 2
    for number, column in enumerate(columns):
        cells.append(_cell(column, position, pattern if number == 0 else None, first=number == 0))
        position += 1 if column.sub is None else 2
    tick = _tick(columns) if ticks else None
    lines = [
        f"<tr>{tick(row) if tick else ''}{''.join([cell(row) for cell in cells])}</tr>"
        for row in rows
    ]
    return Markup("\n".join(lines))  # noqa: S704 - every cell escapes its value


def _cell(
    column: Column, at: int, pattern: tuple[str, str] | None, *, first: bool
) -> Callable[[Any], str]:
    inner = inner_html(column)
    opening = f"<td{cell_classes(column, first=first)}>"
    has_sub = column.sub is not None
    before, behind = pattern or ("", "")
    read = name_reader()

    def build(row: Any) -> str:
        value = row[at]
        text = EMPTY if value is None or value == "" else inner(value)
        if pattern is not None:
            text = f'<a class="key" href="{before}{row[0]}{behind}">{text}</a>'
        elif first:
            text = f'<span class="key">{text}</span>'
        below = row[at + 1] if has_sub else None
        if below:
            return f'{opening}{text}<span class="sub">{escape(read(below))}</span></td>'
        return f"{opening}{text}</td>"

    return build


def _tick(columns: Sequence[Column]) -> Callable[[Any], str]:
    name = text_of(columns[0])
    words = str(escape(_("Select")))

    def build(row: Any) -> str:
        return (
            '<td class="ck"><label><input class="form-check-input" type="checkbox" name="ids" '
            f'form="bulk" value="{row[0]}" aria-label="{words} {escape(name(row[2]))}">'
            "</label></td>"
        )

    return build
