"""How often a token may ask, and how often a network may show tokens that are not good.

Counted in each server process by itself, in memory: no request writes for it. Real guesses are
hopeless anyway (a token holds 256 bits); the limits keep a runaway script from taking the site.
"""

import time
from collections import OrderedDict
from threading import Lock

from flask import Flask, Response, g, request

from core.accounts.request_identity import bearer_token, client_of_request
from core.accounts.sessions import digest
from core.accounts.throttling import TooManyAttemptsError, network_of
from core.errors import DomainError
from core.i18n import gettext as _
from core.settings.services import get

SETTING = "core.api_requests_per_minute"
BAD_TOKENS_PER_MINUTE = 60
MINUTE = 60.0
REMEMBERED = 4_096


class Meter:
    """Counts per key and minute; keys that were not seen for long are forgotten first."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def count(self, key: str) -> int:
        """Count once and return how often the key was counted in this minute."""
        minute = int(time.monotonic() / MINUTE)
        with self._lock:
            began, number = self._counts.pop(key, (minute, 0))
            number = number + 1 if began == minute else 1
            self._counts[key] = (minute, number)
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
        return number


def configure_throttle(app: Flask) -> None:
    """Check every request that shows a token, right behind the identity."""
    meter = Meter()

    def check() -> None:
        bearer = bearer_token()
        if bearer is None:
            return
        if g.get("api_token") is not None:
            _refuse_beyond(meter.count(digest(bearer)), get(SETTING))
            return
        network = network_of(client_of_request().address)
        _refuse_beyond(meter.count(f"network {network}"), BAD_TOKENS_PER_MINUTE)
        raise DomainError(_("This token is unknown, expired or revoked."), status=401)

    def say_when(response: Response) -> Response:
        if response.status_code == 429 and request.path.startswith("/api/"):  # noqa: PLR2004
            response.headers.setdefault("Retry-After", str(_seconds_left()))
        return response

    app.before_request(check)
    app.after_request(say_when)


def _refuse_beyond(number: int, limit: int) -> None:
    if limit and number > limit:
        seconds = _seconds_left()
        words = _("Too many requests. Try again in %(seconds)s seconds.", seconds=seconds)
        raise TooManyAttemptsError(words, status=429, seconds=seconds)


def _seconds_left() -> int:
    return int(MINUTE - time.monotonic() % MINUTE) + 1
