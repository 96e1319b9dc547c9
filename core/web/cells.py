"""How one value looks: as a table cell, and as plain text for files.

Cells are built by plain functions, prepared once a page: a template expression per cell would
cost more than the query.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from html import escape  # cells are joined as plain text: the Markup of each would cost twice
from typing import Any

from core.i18n import (
    YUAN,
    MoneyUnit,
    day_reader,
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_percent,
    gettext,
    money_unit,
    name_reader,
)
from core.web.list_columns import Column, Lookup, stored, words_of

EMPTY = '<span class="t3 none">–</span>'
SHORT = 28
LONG_WORD = re.compile(r"[\u2e80-\uffef]{14}|\S{28}")  # Chinese has no spaces
TONES = frozenset({"info", "ok", "warn", "bad", "wood", "plum"})


def text_of(column: Column) -> Callable[[Any], str]:
    """Return the function that turns a value of this column into words; call it once a page."""
    if column.labels is not None and not isinstance(column.labels, Lookup):
        words = words_of(column.labels)
        return lambda value: str(
            words[value] if value in words else words.get(stored(value), value)
        )
    formats: Mapping[str, Callable[[Any], str]] = {
        "name": name_reader(),
        "number": format_number,
        "money": money_unit().amount,
        "percent": format_percent,
        "date": format_date,
        "day": day_reader(),
        "instant": format_datetime,
        "bool": lambda value: gettext("yes") if value else gettext("no"),
    }
    return formats.get(column.kind, str)


def cell_text(column: Column, value: Any) -> str:
    """Return a value as plain text for a file; empty for no value, dates in full."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if column.kind in {"number", "money", "percent"} and column.labels is None:
        return str(value)
    return text_of(column)(value)


def inner_html(column: Column) -> Callable[[Any], str]:
    """Return the function that gives the inside of a cell, a dash for no value, as safe HTML."""
    words = text_of(column)
    if column.kind == "tag":
        return _remembered(lambda value: _tag(escape(words(value)), column.tones.get(value)))
    if column.kind == "grade":
        return _remembered(_grade)
    if column.labels is not None or column.kind in {"bool", "day", "date"}:
        return _remembered(lambda value: breakable(escape(words(value))))
    if column.kind == "money" and (unit := money_unit()) is not YUAN:
        return lambda value: EMPTY if value is None else _scaled(unit, value)
    if column.kind in {"number", "money", "percent", "instant"}:
        # digits and signs only: nothing to escape
        return lambda value: EMPTY if value is None else words(value)
    return lambda value: EMPTY if value is None or value == "" else breakable(escape(words(value)))


def breakable(html: str) -> str:
    """Return escaped text that may break anywhere if a word is too long for a column.

    Short words stay whole; long company and file names would make the list wider than its page.
    """
    if len(html) < SHORT and html.isascii():  # most cells: spare them the search
        return html
    return f'<span class="long">{html}</span>' if LONG_WORD.search(html) else html


def cell_classes(column: Column, *, first: bool, edited: bool = False) -> str:
    """Return the class attribute of a column's cells, with a leading space, or nothing.

    `edited` says that the list lets this reader change cells in place.
    """
    names = ["ed"] if edited and column.edit else []
    if column.is_numeric:
        names.append("num")
    if column.kind in {"date", "day", "instant", "code"}:
        names.append("nw tn")
    phone = column.phone or ("p1" if first else None)
    if phone:
        names.append(phone)
    return f' class="{" ".join(names)}"' if names else ""


def _remembered(build: Callable[[Any], str]) -> Callable[[Any], str]:
    """Keep what was built: the values of such columns repeat from row to row."""
    known: dict[Any, str] = {None: EMPTY, "": EMPTY}

    def get(value: Any) -> str:
        found = known.get(value)
        if found is None:
            found = known[value] = build(value)
        return found

    return get


def _scaled(unit: MoneyUnit, value: Decimal) -> str:
    """Return an amount in its unit, with the exact one for whoever points at it."""
    return f'<span title="{format_money(value)}">{unit.amount(value)}</span>'


def _tag(words: str, tone: str | None) -> str:
    return f'<span class="tag s{f" tag-{tone}" if tone in TONES else ""}">{words}</span>'


def _grade(value: Any) -> str:
    text = escape(stored(value))
    return f'<span class="grade{" grade-a" if text == "A" else ""}">{text}</span>'
