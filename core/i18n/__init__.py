"""Languages: translations merged from every package, the reader's locale, formats."""

from core.i18n.catalogue import add_package, gettext, lazy_gettext, ngettext
from core.i18n.configure import configure_i18n
from core.i18n.formats import (
    day_reader,
    format_date,
    format_datetime,
    format_day,
    format_money,
    format_number,
    format_percent,
    join_sentences,
    join_words,
    localized,
    name_reader,
)
from core.i18n.locale import LOCALES, current_locale, force_locale, language_tag
from core.i18n.money import MONEY_UNITS, YUAN, MoneyUnit, money_unit, read_money
from core.i18n.said import joined, keeping, spoken

__all__ = [
    "LOCALES",
    "MONEY_UNITS",
    "YUAN",
    "MoneyUnit",
    "add_package",
    "configure_i18n",
    "current_locale",
    "day_reader",
    "force_locale",
    "format_date",
    "format_datetime",
    "format_day",
    "format_money",
    "format_number",
    "format_percent",
    "gettext",
    "join_sentences",
    "join_words",
    "joined",
    "keeping",
    "language_tag",
    "lazy_gettext",
    "localized",
    "money_unit",
    "name_reader",
    "ngettext",
    "read_money",
    "spoken",
]
