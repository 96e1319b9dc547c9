"""Codes of an authenticator app (RFC 6238), from a seed and a key outside the database."""

import base64
import hmac
import re
import secrets
import unicodedata
from datetime import datetime

import pyotp
from flask import current_app

from core.config import ConfigError, site_config
from core.errors import DomainError
from core.i18n import gettext as _

KEY_FILE = "second-factor.key"
STEP_SECONDS = 30
DRIFT = (0, -1, 1)  # steps by which a phone's clock may differ
SECRET_BYTES = 20
SEED_BYTES = 16
ISSUER = "Sunmao"
CODE = re.compile(r"[0-9]{6}")
WHITE_AROUND = 4  # modules, as the standard asks


def new_seed() -> str:
    """Return what is stored of a phone; without the key it says nothing."""
    return secrets.token_hex(SEED_BYTES)


def secret_of(user_id: int, seed: str) -> str:
    """Return the secret that the phone keeps, in base 32; raise DomainError without a good key."""
    try:
        key = site_config().key_file(KEY_FILE)
    except ConfigError as error:
        current_app.logger.error("%s", error)  # noqa: TRY400 - the words say all
        raise DomainError(
            _(
                "Codes cannot be checked: the site's key for them is damaged. Nothing was changed. "
                "Use a recovery code, and tell an administrator."
            ),
            status=503,
        ) from error
    made = hmac.digest(key, f"second factor {user_id} {seed}".encode(), "sha256")
    return base64.b32encode(made[:SECRET_BYTES]).decode()


def grouped(code: str, mark: str = " ") -> str:
    """Return a secret in groups of four, to be read and typed."""
    return mark.join(code[start : start + 4] for start in range(0, len(code), 4))


def plain(typed: str) -> str:
    """Return a code as it is compared: no spaces or dashes, capitals, signs of half width."""
    return re.sub(r"[\s\-–—]", "", unicodedata.normalize("NFKC", typed)).upper()


def matching_step(secret: str, code: str, instant: datetime, *, after: int = 0) -> int | None:
    """Return the step whose code this is, near `instant` and beyond `after`; None when none is."""
    if not CODE.fullmatch(code):
        return None
    app, here = pyotp.TOTP(secret), int(instant.timestamp()) // STEP_SECONDS
    steps = [here + drift for drift in DRIFT]
    fitting = [step for step in steps if hmac.compare_digest(app.generate_otp(step), code)]
    return next((step for step in fitting if step > after), None)


def newest_step(instant: datetime) -> int:
    """Return the last step whose code is accepted at `instant`."""
    return int(instant.timestamp()) // STEP_SECONDS + max(DRIFT)


def address_of(login: str, secret: str, host: str) -> str:
    """Return the otpauth address that a QR code carries."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{login}@{host}", issuer_name=ISSUER)


def picture(address: str) -> str:
    """Return the QR code of an address as the address of an image."""
    import segno

    made = segno.make(address, error="m", micro=False)
    return str(made.svg_data_uri(scale=5, border=WHITE_AROUND, light="#fff", dark="#000"))
