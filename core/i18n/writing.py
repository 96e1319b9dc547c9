"""The one rule of what a text may hold, whether a form, a file or a program brings it."""

import re
import unicodedata

from core.i18n.catalogue import gettext as _

TURN = "\u202a-\u202e\u2066-\u2069"
CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff"
NEVER = f"{TURN}{CONTROLS}"  # as a class that every dialect reads; not all of them know surrogates
TURNING = re.compile(f"[{TURN}]")
CONTROL = re.compile(f"[{CONTROLS}\ud800-\udfff]")
LINE_END = re.compile("[\t\n\r\u2028\u2029]")
UNSEEN = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf", "Cs"))
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def wrong_text(text: str, *, lines: bool = False) -> str | None:
    """Return what is wrong with a text, None when it may be stored; only `lines` may break."""
    if text.isascii() and text.isprintable():
        return None
    if text.strip() and looks_empty(text):
        return _("It looks empty: it holds only characters that cannot be seen.")
    wrong = wrong_sign(text)
    if wrong is None and not lines and LINE_END.search(text):
        return _("It holds a line break or a tab. Write it in one line.")
    return wrong


def wrong_sign(text: str) -> str | None:
    """Return what is wrong with a sign that no text may hold, wherever it stands."""
    turning = TURNING.search(text)
    if turning:
        return _(
            "It holds a sign that turns the direction of writing (%(sign)s). Remove it.",
            sign=f"U+{ord(turning.group()):04X}",
        )
    control = CONTROL.search(text)
    if control:
        return _(
            "It holds a control character (%(sign)s). Remove it.",
            sign=f"U+{ord(control.group()):04X}",
        )
    return None


def looks_empty(text: str) -> bool:
    """Tell whether nothing of a text can be seen."""
    return all(
        sign in BLANK
        or unicodedata.category(sign) in UNSEEN
        or any(ord(sign) in selectors for selectors in SELECTORS)
        for sign in text
    )
