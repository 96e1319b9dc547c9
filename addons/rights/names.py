"""The one rule of what a name or a code may be, whether a form or a program brings it."""

from collections.abc import Mapping

from core.i18n import gettext as _
from core.i18n.writing import wrong_text

LONGEST_CODE, LONGEST_NAME = 40, 120


def wrong_code(code: str) -> str | None:
    """Return what is wrong with a code, None when it may be stored."""
    if not 0 < len(code) <= LONGEST_CODE:
        return _("Give a code of 1 to %(most)s characters.", most=LONGEST_CODE)
    return wrong_text(code)


def wrong_name(name: Mapping[str, str] | None) -> str | None:
    """Return what is wrong with a name in two languages; the Chinese one is always there."""
    texts = (name or {}).values()
    if not (name or {}).get("zh", "").strip() or any(len(text) > LONGEST_NAME for text in texts):
        return _("Give a Chinese name of at most %(most)s characters.", most=LONGEST_NAME)
    return next((wrong for text in texts if (wrong := wrong_text(text))), None)


def kept_name(name: Mapping[str, str]) -> dict[str, str]:
    """Return a name as it is stored."""
    return {code: text.strip() for code, text in name.items()}
