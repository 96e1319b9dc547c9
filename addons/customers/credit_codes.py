"""The unified social credit code of organisations in China (GB 32100-2015)."""

import re

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z: too like others
CODE = re.compile(r"[1-9A-HJ-NP-RTUWXY][0-9A-HJ-NP-RTUWXY]\d{6}[0-9A-HJ-NP-RTUWXY]{10}")


def check_sign(body: str) -> str:
    """Return the last of the 18 signs, which follows from the 17 before it."""
    total = sum(SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return SIGNS[-total % 31]


def is_credit_code(text: str) -> bool:
    """Tell whether a text is such a code: 18 signs of which the last fits the others."""
    return CODE.fullmatch(text) is not None and check_sign(text[:-1]) == text[-1]
