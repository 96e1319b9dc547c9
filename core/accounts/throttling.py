"""Slowing down guesses without locking anybody out.

Every attempt is counted as a failure before the password is looked at, so that parallel guesses
cannot slip through; success takes it back. Delays double up to a cap. The long one is for an
account from one network, so that a stranger elsewhere cannot keep its owner out; the account as a
whole, a network and the site have short ones. Unknown logins are counted like known ones.

Codes of a phone can be guessed, so there the account as a whole has a long wait too, but not in
networks where its owner has been signed in. Recovery codes cannot be guessed: they are slowed down
with the network alone, against load.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from core.access.guarded_session import GuardedSession
from core.accounts.models import LoginAttempt
from core.clock import now
from core.database import SILENT, insert_once
from core.errors import DomainError
from core.i18n import gettext as _

HALF_LIFE = timedelta(minutes=15)
KEEP = timedelta(days=2)
LARGEST_DOUBLING = 20


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` failures cost nothing; each further one doubles the wait from 1 s up to `cap`."""

    free: int
    cap: timedelta

    def delay(self, failures: int) -> timedelta:
        """Return the wait after so many failures."""
        beyond = failures - self.free
        if beyond <= 0:
            return timedelta(0)
        return min(self.cap, timedelta(seconds=2 ** min(beyond - 1, LARGEST_DOUBLING)))


LIMITS: Mapping[str, Limit] = {
    # The whole office may sit behind one address: a colleague's tries must not keep somebody out.
    "pair": Limit(4, timedelta(seconds=30)),
    # Codes of one account from one network, and from all networks that are new to it.
    "code": Limit(5, timedelta(minutes=5)),
    "elsewhere": Limit(10, timedelta(minutes=5)),
    "account": Limit(10, timedelta(seconds=10)),
    "network": Limit(30, timedelta(minutes=1)),
    "site": Limit(300, timedelta(seconds=1)),
}


Counters = tuple[str, ...]
PASSWORD: Counters = ("pair", "account", "network", "site")
CODE: Counters = ("code", "network", "site")
CODE_ELSEWHERE: Counters = (*CODE, "elsewhere")
RECOVERY: Counters = ("network",)
CODES_OF_HALF = 5  # wrong ones, before the password is asked for again


@dataclass(eq=False)
class TooManyAttemptsError(DomainError):
    """The attempt was not looked at; `seconds` is the wait."""

    seconds: int = 1


def network_of(address: str) -> str:
    """Return the network of an address: /24 for IPv4, /56 for IPv6; the text itself otherwise."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    prefix = 24 if parsed.version == 4 else 56  # noqa: PLR2004 - the version of the protocol
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def count_attempt(
    session: GuardedSession, login: str, address: str, counters: Counters = PASSWORD
) -> bool:
    """Count an attempt as failed; raise TooManyAttemptsError, uncounted, while a wait runs.

    Tell whether, if it fails, it is the one with which the account begins to be slowed down.
    """
    instant = now()
    rows = _rows(session, _buckets(counters, login, address), instant)
    wait = max(_wait(LIMITS[kind], row, instant) for kind, row in rows.items())
    if wait > timedelta(0):
        seconds = max(1, int(wait.total_seconds() + 0.999))
        raise TooManyAttemptsError(
            _("Too many attempts. Try again in %(seconds)s seconds.", seconds=seconds),
            status=429,
            seconds=seconds,
        )
    for kind, row in rows.items():
        row.failures = _faded(row, instant) + 1
        row.last_at = instant
        row.blocked_until = instant + LIMITS[kind].delay(row.failures)
    session.flush()
    return any(
        row.failures == LIMITS[kind].free + 1
        for kind, row in rows.items()
        if kind in {"pair", "account"}
    )


def take_back(
    session: GuardedSession, login: str, address: str, counters: Counters = PASSWORD
) -> None:
    """Undo the count of an attempt that succeeded; the account starts afresh from this network."""
    instant = now()
    for kind, row in _rows(session, _buckets(counters, login, address), instant).items():
        row.failures = 0 if kind in {"pair", "code"} else max(0, row.failures - 1)
        row.blocked_until = instant
    session.flush()


def was_last_of_half(session: GuardedSession, half_id: int) -> bool:
    """Count a wrong code of a session that waits for it; tell whether it may give no more."""
    (row,) = _rows(session, {"half": _bucket("half", str(half_id))}, now()).values()
    row.failures += 1
    row.last_at = now()
    session.flush()
    return row.failures >= CODES_OF_HALF


def forget_old_attempts(session: GuardedSession) -> None:
    """Delete counters that have long faded."""
    session.execute(
        delete(LoginAttempt).where(LoginAttempt.last_at < now() - KEEP),
        execution_options=SILENT,
    )


def _wait(limit: Limit, row: LoginAttempt, instant: datetime) -> timedelta:
    """Return how long the counter still blocks; a wait beyond its cap means a clock set back."""
    wait = row.blocked_until - instant
    return wait if wait <= limit.cap else timedelta(0)


def _faded(row: LoginAttempt, instant: datetime) -> int:
    halvings = int(max(timedelta(0), instant - row.last_at) / HALF_LIFE)
    return row.failures >> min(60, halvings)


def _buckets(counters: Counters, login: str, address: str) -> dict[str, str]:
    network = network_of(address)
    here = f"{login}\n{network}"
    of = {"pair": here, "code": here, "account": login, "elsewhere": login, "network": network}
    return {kind: _bucket(kind, of[kind]) if kind in of else kind for kind in counters}


def _rows(
    session: GuardedSession, keys: Mapping[str, str], instant: datetime
) -> dict[str, LoginAttempt]:
    """Return the counters, made if missing and locked in one order."""
    fresh = {"failures": 0, "last_at": instant, "blocked_until": instant}
    for bucket in sorted(keys.values()):
        made = insert_once(session)(LoginAttempt).values(bucket=bucket, **fresh)
        session.execute(made.on_conflict_do_nothing())
    found = session.scalars(
        select(LoginAttempt)
        .where(LoginAttempt.bucket.in_(keys.values()))
        .order_by(LoginAttempt.bucket)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_bucket = {row.bucket: row for row in found}
    return {kind: by_bucket[bucket] for kind, bucket in keys.items()}


def _bucket(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:48]}"
