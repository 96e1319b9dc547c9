"""Public holidays as the package `holidays` knows them, asked only when a year is filled.

It knows the official notice of some years and reckons the others from the rules of the feasts; a
year of China without working weekends is one whose notice it does not know.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import Refused
from core.i18n import gettext as _

FIRST, LAST = 2000, 2100  # years that may be kept
MOVED = {"zh": "调休上班", "en": "Working day in exchange"}
LANGUAGES = {"zh": "zh_CN", "en": "en_US"}


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """One day of the notice."""

    working: bool
    name: dict[str, str]


def published_days(country: str, year: int) -> dict[date, PublishedDay]:
    """Return the public holidays of a year, and the weekends that are worked in exchange."""
    found: dict[date, PublishedDay] = {}
    for language, wanted in LANGUAGES.items():
        table = _table(country, year, wanted)
        for day, name in table.items():
            if day.year == year:
                found.setdefault(day, PublishedDay(False, {})).name[language] = name[:100]
        for day in getattr(table, "weekend_workdays", ()):
            if day.year == year:
                found[day] = PublishedDay(True, dict(MOVED))
    return dict(sorted(found.items()))


def check_country(country: str, key: str) -> None:
    """Raise Refused for a country whose holidays nobody publishes here."""
    import holidays

    if country not in holidays.list_supported_countries():
        said = _("The holidays of “%(country)s” are not known. Use two letters, as CN or FR.",
                 country=country)  # fmt: skip
        raise Refused(said, fields={key: [said]})


def _table(country: str, year: int, language: str) -> Any:
    import holidays

    spoken = holidays.list_localized_countries().get(country, ())
    return holidays.country_holidays(
        country, years=year, language=language if language in spoken else None
    )
