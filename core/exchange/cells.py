"""One cell: what comes in as text, and what goes out without becoming a formula."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from core.clock import site_zone
from core.errors import Refused
from core.exchange.limits import MAX_CELL
from core.i18n import gettext as _
from core.i18n import localized

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
QUOTE = "'"


def defuse(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return QUOTE + text if text[:1] in FORMULA_STARTS else text


def undo_defuse(text: str) -> str:
    """Take away the apostrophe that `defuse` put there, so that our own exports import cleanly."""
    return text[1:] if text[:1] == QUOTE and text[1:2] in FORMULA_STARTS else text


def clean(text: str, *, row: int) -> str:
    """Return an incoming cell without its outer blanks; raise Refused for what no cell may hold."""
    if len(text) > MAX_CELL:
        raise Refused(
            _(
                "Row %(row)s has a cell of more than %(limit)s characters.",
                row=row,
                limit=f"{MAX_CELL:,}",
            )
        )
    if "\x00" in text or _has_surrogate(text):
        raise Refused(
            _("Row %(row)s holds characters that are no text. Save the file again.", row=row)
        )
    return undo_defuse(text.strip())


def _has_surrogate(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def as_text(value: Any) -> str:  # noqa: PLR0911 - one line a type
    """Return a spreadsheet's value as the text that a person sees in the cell."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def outgoing(value: Any) -> str | float | Decimal | None:  # noqa: PLR0911 - one line a type
    """Return a value for a file: numbers stay numbers, all else is defused text."""
    match value:
        case None | "":
            return None
        case bool():
            return _("yes") if value else _("no")
        case int() | float() | Decimal():
            return value
        case Enum():
            return outgoing(value.value)
        case datetime():
            local = value.astimezone(site_zone()) if value.tzinfo else value
            return f"{local:%Y-%m-%d %H:%M:%S}"
        case date():
            return value.isoformat()
        case dict():
            return defuse(localized(value))
        case _:
            return defuse(str(value))
