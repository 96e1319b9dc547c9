"""Password hashes: Argon2id with the library's parameters, a bounded number of verifications."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import DomainError
from core.i18n import gettext as _

LONGEST = 128
WAIT_SECONDS = 20.0

_hasher = PasswordHasher()
# Each verification takes 64 MiB and a core for some 50 to 200 ms: a crowd must queue, not swap.
_slots = BoundedSemaphore(max(2, os.cpu_count() or 2))


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
