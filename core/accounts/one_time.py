"""One-time secrets, with which people choose their first password."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from core.accounts.models import User
from core.clock import now

SECRET_BYTES = 20
SECRET_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A one-time secret, shown once; with it the person chooses a password."""

    user_id: int
    login: str
    secret: str = field(repr=False)


def secret_digest(secret: str) -> str:
    """Return what the database keeps of a one-time secret, however it was typed."""
    plain = re.sub(r"[\s-]", "", secret).upper()
    return hashlib.sha256(plain.encode()).hexdigest()


def give_secret(user: User) -> str:
    """Give an account a fresh secret and return it; only its digest is kept."""
    plain = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    user.secret_hash = secret_digest(plain)
    user.secret_expires_at = now() + SECRET_LIFE
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))
