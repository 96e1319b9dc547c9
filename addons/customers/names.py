"""How names are folded so that the same company written twice is noticed."""

import re
import unicodedata

from core.i18n import current_locale

SUFFIXES = (
    "inc incorporated corp corporation co company ltd limited plc llc llp lp lllp gmbh ag sa sas "
    "spa srl sro nv bv ab as asa oy oyj aps kg kk pte pty pvt bhd sdn jsc pjsc ojsc cjsc ooo ao "
    "zao doo dd kft zrt sp zoo ltda sarl eirl holding holdings group the"
)
SUFFIX_WORDS = frozenset(SUFFIXES.split())
SUFFIX_CHINESE = (
    "集团股份有限公司",
    "股份有限公司",
    "集团有限责任公司",
    "集团有限公司",
    "有限责任公司",
    "控股有限公司",
    "有限公司",
    "集团公司",
    "总公司",
    "分公司",
    "集团",
    "股份",
    "控股",
    "公司",
)
APOSTROPHES = re.compile(r"['’‘`´.]")
NOT_WORD = re.compile(r"[^\w]+|_+")


def shown_name(name: str, name_en: str) -> str:
    """Return the name in the reader's language, where there is one."""
    return name_en if name_en and current_locale() == "en" else name


def plain(text: str) -> str:
    """Return the text with one form of width, case, accents and blanks."""
    if text.isascii():  # most names of a large import; the long way gives the same
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKD", text).casefold()
    without_marks = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFKC", without_marks).split())


def match_key(name: str) -> str:
    """Return what two spellings of one company have in common.

    Punctuation and company suffixes are dropped; words in brackets count, because they often
    tell branches apart. A name that is nothing but suffixes keeps them.
    """
    words = NOT_WORD.sub(" ", APOSTROPHES.sub("", plain(name))).split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in SUFFIX_WORDS:
        kept.pop()
    if len(kept) > 1 and kept[0] == "the":
        kept.pop(0)
    joined = "".join(kept)
    for _ in range(2):
        joined = _without_chinese_suffix(joined)
    return joined[:200]


def _without_chinese_suffix(joined: str) -> str:
    for suffix in SUFFIX_CHINESE:
        if joined.endswith(suffix) and len(joined) > len(suffix) + 1:
            return joined[: -len(suffix)]
    return joined


def exact_key(name: str) -> str:
    """Return the name folded for width, case and blanks only; imports match this strictly."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:200]
