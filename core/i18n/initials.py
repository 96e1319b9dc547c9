"""Pinyin initials of a Chinese name, from the order of the GB 2312 code table alone.

The first 3,755 characters of GB 2312 are sorted by pinyin, so the initial follows from the code.
Rarer characters are left out and characters with several readings take the commonest one.
"""

from bisect import bisect_right

STARTS = (
    45217, 45253, 45761, 46318, 46826, 47010, 47297, 47614, 48119, 49062, 49324,
    49896, 50371, 50614, 50622, 50906, 51387, 51446, 52218, 52698, 52980, 53689, 54481,
)  # fmt: skip
LETTERS = "abcdefghjklmnopqrstwxyz"
END = 55289


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
