"""Which heading of a file feeds which column of an import."""

import re
from collections.abc import Mapping, Sequence

from core.contributions import Exchange
from core.errors import Refused
from core.i18n import LOCALES, force_locale
from core.i18n import gettext as _

NOISE = re.compile(r"[\s_\-./()（）:：*]+")


def normal(heading: str) -> str:
    """Return a heading without case, blanks and punctuation, for comparing."""
    return NOISE.sub("", heading).casefold()


def guess(exchange: Exchange, headings: Sequence[str]) -> dict[str, str]:
    """Return {column: heading} as far as names, titles in any language and aliases tell."""
    by_form = {normal(heading): heading for heading in reversed(headings)}
    mapping: dict[str, str] = {}
    for column in exchange.columns:
        forms = [column.name, *_titles(column.title), *column.aliases]
        found = next((by_form[normal(f)] for f in forms if normal(f) in by_form), None)
        if found is not None and found not in mapping.values():
            mapping[column.name] = found
    return mapping


def _titles(title: object) -> list[str]:
    titles = []
    for locale in LOCALES:
        with force_locale(locale):
            titles.append(str(title))
    return titles


def preset(exchange: Exchange, headings: Sequence[str]) -> dict[str, str] | None:
    """Return the first preset of which every heading is in the file, or None."""
    for _title, mapping in exchange.presets:
        if all(heading in headings for heading in mapping.values()):
            return dict(mapping)
    return None


def check_mapping(
    exchange: Exchange, headings: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return the mapping without its empty entries; raise Refused for what cannot be."""
    names = {column.name for column in exchange.columns}
    chosen = {name: heading for name, heading in mapping.items() if heading}
    for name, heading in chosen.items():
        if name not in names or heading not in headings:
            raise Refused(_("The file has no column of that name. Choose again."))
    missing = {
        column.name: [_("Choose the column of the file that holds this.")]
        for column in exchange.columns
        if column.required and column.name not in chosen
    }
    if missing:
        raise Refused(_("Required columns are not mapped yet."), fields=missing)
    return chosen


def as_record(
    cells: Sequence[str], headings: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return one row as column name → text; cells that are missing at the end are empty.

    Raises Refused when the row has more cells than there are headings, because then its cells
    have probably slipped.
    """
    if len(cells) > len(headings):
        raise Refused(_("The row has more cells than there are headings."))
    by_heading = dict(zip(headings, cells, strict=False))
    return {name: by_heading.get(heading, "") for name, heading in mapping.items()}
