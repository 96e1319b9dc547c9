"""Names as readers look for them: in the order of Latin and pinyin, and by pinyin initials."""

import unicodedata
from bisect import bisect_right

CHARACTERS = 40  # as many as tell names apart; a key has at most 8 signs for each
STARTS = (
    45217, 45253, 45761, 46318, 46826, 47010, 47297, 47614, 48119, 49062, 49324,
    49896, 50371, 50614, 50622, 50906, 51387, 51446, 52218, 52698, 52980, 53689, 54481,
)  # fmt: skip
LETTERS = "abcdefghjklmnopqrstwxyz"
END = 55289


def collation_key(text: str) -> str:
    """Return a key whose plain binary order is the order of names.

    The 3,755 usual characters of GB 2312 are encoded in the order of their pinyin, so their codes
    serve as keys; rarer ones follow by radical, those beyond GB 2312 come last.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()[:CHARACTERS]
    return "".join(map(_key, folded))


def _key(char: str) -> str:
    if char < "\u2e80":
        marked = unicodedata.normalize("NFKD", char)
        return "".join(one for one in marked if not unicodedata.combining(one))
    return f"zz{char.encode('gb18030', 'replace').hex()}"[:10]


def initials(name: str) -> str:
    """Return the initials of the Chinese characters of a name, in lower case."""
    return "".join(_initial(char) for char in name)


def _initial(char: str) -> str:
    if not "\u4e00" <= char <= "\u9fff":
        return ""
    try:
        high, low = char.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return ""
    code = high * 256 + low
    if not STARTS[0] <= code <= END:
        return ""
    return LETTERS[bisect_right(STARTS, code) - 1]
