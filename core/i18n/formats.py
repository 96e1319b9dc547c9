"""How dates, instants, amounts and names look in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date as babel_date

from core.clock import site_zone, today
from core.i18n.locale import EN, current_locale
from core.i18n.said import named

NOTHING = "–"
MINUS = "−"


def format_date(value: date | datetime | None) -> str:
    """Return yyyy-MM-dd in every language; an instant is read in the site's zone."""
    return NOTHING if value is None else _business_date(value).isoformat()


def format_day(value: date | datetime | None) -> str:
    """Return one day as `day_reader` writes it."""
    return day_reader()(value)


def day_reader() -> Callable[[date | datetime | None], str]:
    """Return how tables write days for the present reader; lists ask once a page.

    "11-21" or "21 Nov" this year, else yyyy-MM-dd.
    """
    year, english = today().year, current_locale() == EN

    def read(value: date | datetime | None) -> str:
        if value is None:
            return NOTHING
        day = _business_date(value)
        if day.year != year:
            return day.isoformat()
        if english:
            return babel_date(day, "d MMM", locale=EN)
        return f"{day.month:02}-{day.day:02}"

    return read


def format_datetime(value: datetime | None) -> str:
    """Return yyyy-MM-dd HH:mm in the site's zone."""
    return NOTHING if value is None else f"{value.astimezone(site_zone()):%Y-%m-%d %H:%M}"


def format_money(value: Decimal | int | None) -> str:
    """Return the amount as it is, with thousands and two decimals; see `read_money`."""
    return NOTHING if value is None else f"{Decimal(value):,.2f}".replace("-", MINUS)


def format_number(value: float | Decimal | None) -> str:
    """Return the number with thousands separated and a true minus."""
    return NOTHING if value is None else f"{value:,}".replace("-", MINUS)


def format_percent(value: float | Decimal | None) -> str:
    """Return a share (1 = 100 %) as a whole percentage."""
    return NOTHING if value is None else f"{value:.0%}".replace("-", MINUS)


def format_size(value: int) -> str:
    """Return a number of bytes in KB or MB, as file managers do."""
    return f"{value / 2**20:,.1f} MB" if value >= 2**20 else f"{-(-value // 2**10):,} KB"


def join_words(parts: Iterable[Any]) -> str:
    """Return the parts as the reader's language lists them: "甲、乙" or "a, b"."""
    return (", " if current_locale() == EN else "、").join(map(str, parts))


def join_sentences(parts: Iterable[Any]) -> str:
    """Return whole sentences one after the other: Chinese ones touch, their full stop is wide."""
    return (" " if current_locale() == EN else "").join(str(part) for part in parts if part)


def localized(name: Any) -> str:
    """Return a name made by an administrator in the reader's language, else in the other one.

    Plain text passes, so that one call serves columns of both kinds.
    """
    return name_reader()(name)


def name_reader() -> Callable[[Any], str]:
    """Return `localized` for the present reader; lists ask once a page instead of once a row."""
    first, second = ("en", "zh") if current_locale() == EN else ("zh", "en")

    def read(name: Any) -> str:
        if isinstance(name, Mapping):
            return named(name.get(first) or name.get(second) or "", name)
        return "" if name is None else str(name)

    return read


def _business_date(value: date | datetime) -> date:
    return value.astimezone(site_zone()).date() if isinstance(value, datetime) else value
