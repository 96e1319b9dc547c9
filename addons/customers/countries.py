"""Countries by code and by name, from the tables that come with Babel; and seats of companies."""

import re
from functools import cache

from babel import Locale

from addons.customers.names import plain
from core.i18n import current_locale
from core.i18n.sorting import collation_key

PART = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
CODE = re.compile(r"[A-Za-z]{2}")
FOOTNOTE = re.compile(r"\[[^\]]*\]")
NOT_COUNTRIES = {"ZZ", "EU", "UN", "EZ", "QO", "XA", "XB"}
NOTHING = frozenset(("", "none", "n/a", "na", "-", "–", "?", "unknown", "无", "不详"))
OTHER_NAMES = {
    "usa": "US",
    "u.s.": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "russian federation": "RU",
    "korea": "KR",
    "republic of korea": "KR",
    "czech republic": "CZ",
    "中华人民共和国": "CN",
}
STATE_NAMES = (
    "Alabama,Alaska,Arizona,Arkansas,California,Colorado,Connecticut,Delaware,D.C.,Florida,"
    "Georgia,Hawaii,Idaho,Illinois,Indiana,Iowa,Kansas,Kentucky,Louisiana,Maine,Maryland,"
    "Massachusetts,Michigan,Minnesota,Mississippi,Missouri,Montana,Nebraska,Nevada,"
    "New Hampshire,New Jersey,New Mexico,New York,North Carolina,North Dakota,Ohio,Oklahoma,"
    "Oregon,Pennsylvania,Puerto Rico,Rhode Island,South Carolina,South Dakota,Tennessee,Texas,"
    "Utah,Vermont,Virginia,Washington,West Virginia,Wisconsin,Wyoming"
)
STATES = frozenset(plain(name) for name in STATE_NAMES.split(","))


@cache
def _territories(locale: str) -> dict[str, str]:
    names = Locale.parse(locale).territories
    return {code: name for code, name in names.items() if CODE.fullmatch(code)}


@cache
def _codes() -> dict[str, str]:
    known = {
        plain(name): code
        for locale in ("en", "zh_Hans_CN")
        for code, name in _territories(locale).items()
        if code not in {"ZZ", "EU", "UN", "EZ", "QO", "XA", "XB"}
    }
    return known | OTHER_NAMES


def is_country(code: str) -> bool:
    """Tell whether this is the code of one country."""
    return code in _territories("en")


def are_countries(codes: str) -> bool:
    """Tell whether every code of a text such as "GG/JE" or "GE-AB" is a country's or a part's."""
    return not codes or all(PART.fullmatch(c) and is_country(c[:2]) for c in codes.split("/"))


def country_title(code: str) -> str:
    """Return the country's name in the reader's language; codes may be joined by "/"."""
    names = _territories(current_locale())
    return " / ".join(names.get(part, part) for part in code.split("/")) if code else ""


def names() -> dict[str, str]:
    """Return the name of every territory by code, in the reader's language."""
    return _territories(current_locale())


def choices() -> list[tuple[str, str]]:
    """Return (code, name) of all countries, sorted by name in the reader's language."""
    names = _territories(current_locale())
    return sorted(
        ((code, name) for code, name in names.items() if code not in NOT_COUNTRIES),
        key=lambda item: collation_key(item[1]),
    )


def country_code(text: str) -> str:
    """Return the code for a code or a name in English or Chinese, or "" when it is neither."""
    cleaned = FOOTNOTE.sub("", text).strip()
    if is_country(cleaned.upper()):
        return cleaned.upper()
    return _codes().get(plain(cleaned), "")


def seat(text: str) -> tuple[str, str]:
    """Split a seat such as "Saint Paul, Minnesota" into (country code, region).

    Of several seats the first counts; footnote marks are dropped; what is no known country or
    state stays as the region.
    """
    first = FOOTNOTE.sub("", text).split(";")[0].strip()
    if plain(first) in NOTHING:
        return "", ""
    parts = [part.strip() for part in re.split(r"[,，]", first) if part.strip()]
    if not parts:
        return "", ""
    if len(parts) > 1 and plain(parts[-1]) in STATES:
        return "US", parts[-1]
    code = country_code(parts[-1])
    if code:
        return code, parts[-2] if len(parts) > 1 else ""
    return "", parts[-1]
