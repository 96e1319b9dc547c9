"""Passwords: which ones are accepted, and how they are kept."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import DomainError, Refused
from core.i18n import gettext as _

LONGEST = 128
WAIT_SECONDS = 20.0

_hasher = PasswordHasher()
# Each verification takes 64 MiB and a core for some 50 to 200 ms: a crowd must queue, not swap.
_slots = BoundedSemaphore(max(2, os.cpu_count() or 2))
SHORTEST = 8
RECOMMENDED = 15
HOUSE_WORDS = ("榫卯", "sunmao", "sunmaoerp")
WORDS_FILE = Path(__file__).with_name("weak_words.txt")
TAILS = (
    *("", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "321"),
    *("0", "00", "000", "01", "007", "11", "111", "666", "888", "8888", "99", "520", "521", "1314"),
    *("!", "!!", "!!!", "@", "#", "1!", "123!", "@123", "#123", "!@#", "_123", ".123", "a", "abc"),
    *("@1234", "@12345", "@123456", "!123", "!1234", "123!@#", "123.", "1234!", "1234.", "qwe"),
)
YEARS = tuple(str(year) for year in range(1950, 2036))
KEYBOARD_ROWS = (
    *("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "!@#$%^&*()", "qazwsxedcrfvtgbyhnujm", "147258369"),
    *("1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "zaq12wsxcde34rfv", "a1b2c3d4e5f6g7h8"),
)
RUN = 5
UNLEET = str.maketrans("@4301!$5780", "aaeoiissabo")
DATE = re.compile(r"(19|20)\d\d[-./]?(0[1-9]|1[0-2])[-./]?(0[1-9]|[12]\d|3[01])")


def hash_password(password: str) -> str:
    """Return the hash to store; raises DomainError (503) when the machine is too busy."""
    with _slot():
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether the password fits, exactly as typed.

    With no stored hash (unknown account, no password yet) or an overlong password the same work
    is done on a dummy, so that the time tells nothing.
    """
    usable = stored is not None and len(password) <= LONGEST
    with _slot():
        try:
            fits = _hasher.verify(stored if usable and stored else _dummy(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return fits and usable


def needs_rehash(stored: str) -> bool:
    """Tell whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _dummy() -> str:
    return _hasher.hash("nobody has this password")


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise DomainError(_("Too many people are signing in. Try again in a minute."), status=503)
    try:
        yield
    finally:
        _slots.release()


def check_password(password: str, *, context: Iterable[str] = (), field: str = "password") -> None:
    """Raise Refused, naming `field`, unless the password may be used.

    `context` are words about the person: login, name, employee code, company.
    """
    fault = _fault(password, context)
    if fault:
        raise Refused(_("This password cannot be used."), fields={field: [fault]})


def _fault(password: str, context: Iterable[str]) -> str | None:
    if len(password) < SHORTEST:
        return _(
            "Use at least %(least)s characters; %(better)s or more are better.",
            least=SHORTEST,
            better=RECOMMENDED,
        )
    if len(password) > LONGEST:
        return _("Use at most %(most)s characters.", most=LONGEST)
    folded = password.casefold()
    if _is_built_from(folded, (*HOUSE_WORDS, *context)):
        return _("It is made of your name, your login or the name of the system.")
    if is_common(password):
        return _("It is among the passwords that are tried first. Choose another one.")
    return None


def is_common(password: str) -> bool:
    """Tell whether a password is on the list, or is a date, a repetition or a keyboard run."""
    folded = password.casefold()
    return (
        folded in weak_passwords()
        or _is_word_with_tail(folded)
        or _is_repetition(folded)
        or _is_runs(folded)
        or DATE.fullmatch(folded.strip("!@#.")) is not None
    )


@cache
def weak_passwords() -> frozenset[str]:
    """Return the list: every word of the shipped file with every usual tail, from 8 characters."""
    words = [
        word
        for line in WORDS_FILE.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
        for word in line.split()
    ]
    tails = (*TAILS, *YEARS)
    joined = (word + tail for word, tail in product(words, tails))
    turned = (tail + word for word, tail in product(words, TAILS))
    doubled = (word + word for word in words)
    every = {text.casefold() for source in (joined, turned, doubled) for text in source}
    return frozenset(text for text in every if len(text) >= SHORTEST)


def _is_word_with_tail(folded: str) -> bool:
    """Undo the usual disguises: p@ssw0rd, a capital, signs and digits at the ends."""
    bare = folded.strip("!@#$%^&*()_-+=.,?~ ")
    plain = bare.rstrip("0123456789").translate(UNLEET)
    return bool(plain) and (
        bare in weak_passwords()
        or bare.translate(UNLEET) in weak_passwords()
        or (len(bare) - len(plain) <= 4 and plain in weak_passwords())  # noqa: PLR2004
    )


def _is_repetition(folded: str) -> bool:
    """Tell whether a short piece is written over and over: aaaaaaaa, abcabcabc, 12121212."""
    return any(
        (folded[:size] * (len(folded) // size + 1)).startswith(folded)
        for size in range(1, min(4, len(folded) // 2) + 1)
    )


def _is_runs(folded: str) -> bool:
    """Tell whether nothing but runs along the keyboard or the alphabet is left."""
    rest = folded
    while rest:
        size = max((_run_at_start(rest, row) for row in KEYBOARD_ROWS), default=0)
        if size < min(RUN, len(folded)) and not (size == len(rest) and size > 1):
            return len(rest) <= 2 and len(rest) < len(folded)  # noqa: PLR2004 - a short tail
        rest = rest[size:]
    return True


def _run_at_start(text: str, row: str) -> int:
    best = 0
    for line in (row, row[::-1]):
        for size in range(len(text), 1, -1):
            if text[:size] in line:
                best = max(best, size)
                break
    return best


def _is_built_from(folded: str, words: Iterable[str]) -> bool:
    """Tell whether a word about the person, disguised or not, leaves fewer than 8 other signs."""
    plain = folded.translate(UNLEET)
    for word in words:
        wanted = word.casefold().strip()
        if len(wanted) < 2:  # noqa: PLR2004 - one letter occurs in everything
            continue
        for text in (folded, plain):
            if (
                wanted in text
                and len(text.replace(wanted, "")) < SHORTEST
                and (
                    len(wanted) > 3 or len(text.replace(wanted, "")) < 5  # noqa: PLR2004
                )
            ):
                return True
    return False
