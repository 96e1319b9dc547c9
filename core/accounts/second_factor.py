"""Verbs about second factors: set one up, spend a code, renew recovery codes, end it.

Proofs are asked for before, in units of work of their own: `core.accounts.proving`.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from core.access.context import resolve_context
from core.access.guarded_session import GuardedSession
from core.accounts.identity import SignedInUser, actor_of, load_user
from core.accounts.models import RecoveryCode, SecondFactor, User
from core.accounts.sessions import end_all_sessions, hold_own
from core.accounts.totp import grouped, matching_step, new_seed, newest_step, plain, secret_of
from core.audit.services import record
from core.clock import now, today
from core.database import SILENT
from core.errors import Refused
from core.i18n import gettext as _
from core.notifications.services import Notice, notify
from core.settings.services import get

USER = "core.user"
FOR_ADMINISTRATORS = "core.second_factor_administrators"
RECOVERY_CODES = 10
RECOVERY_BYTES = 15  # 120 bits: a plain digest is enough, and nobody guesses them
RECOVERY_CODE = re.compile(r"[A-Z2-7]{24}")
WAITING = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Standing:
    """Since when an account has one, how many recovery codes are left, whether it must have it."""

    since: datetime | None
    codes_left: int
    demanded: bool


def is_enrolled(session: GuardedSession, user_id: int) -> bool:
    """Tell whether an account has a second factor."""
    row = session.get(SecondFactor, user_id)
    return row is not None and row.enrolled_at is not None


def is_demanded(session: GuardedSession, user_id: int) -> bool:
    """Tell whether an account must have one: by a right of these days, or as an administrator."""
    user = load_user(session.connection(), user_id)
    if user is None:
        return False
    if is_demanded_of_role(user):
        return True
    return resolve_context(session.connection(), actor_of(user)).grants.demands_second_factor


def is_demanded_of_role(user: SignedInUser) -> bool:
    """Tell whether the site demands one of every account like this."""
    return user.is_administrator and bool(get(FOR_ADMINISTRATORS))


def standing(session: GuardedSession, user_id: int) -> Standing:
    """Return what a page tells of an account's second factor."""
    row = session.get(SecondFactor, user_id)
    left = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    since = row.enrolled_at if row is not None else None
    return Standing(since, session.scalar(left) or 0, is_demanded(session, user_id))


def begin(session: GuardedSession, user_id: int, login_session: int) -> None:
    """Make the secret of a phone that has to show a code next; one in use goes on working.

    Only `login_session`, in which the reader has proved to be the owner, gets to see it.
    """
    hold_own(session, user_id)
    row = session.get(SecondFactor, user_id)
    if row is None:
        row = SecondFactor(user_id=user_id, last_step=0)
        session.add(row)
    row.waiting_seed, row.waiting_since, row.waiting_session = new_seed(), now(), login_session
    session.flush()


def waiting_secret(session: GuardedSession, user_id: int, login_session: int) -> str | None:
    """Return the secret that a phone is being set up with; None when nobody began here of late."""
    row = session.get(SecondFactor, user_id)
    if row is None or row.waiting_seed is None or row.waiting_since is None:
        return None
    if row.waiting_session != login_session:
        return None
    return secret_of(user_id, row.waiting_seed) if now() < row.waiting_since + WAITING else None


def enrol(
    session: GuardedSession, user_id: int, login_session: int, typed: str
) -> tuple[str, ...] | None:
    """Take the phone that shows this code into use and return recovery codes; None if it is wrong.

    Every session and API token of the account ends: they were opened without it.
    """
    user = hold_own(session, user_id)
    secret = waiting_secret(session, user_id, login_session)
    step = matching_step(secret, plain(typed), now()) if secret else None
    if step is None:
        return None
    row = session.get_one(SecondFactor, user_id)
    row.seed, row.enrolled_at, row.last_step = row.waiting_seed, now(), step
    row.waiting_seed = row.waiting_since = row.waiting_session = None
    _void(session, user)
    record(session, "enrol-second-factor", USER, user_id, label=user.login)
    return _new_codes(session, user_id)


def renew_codes(session: GuardedSession, user_id: int) -> tuple[str, ...]:
    """Replace the recovery codes; those before work no more."""
    user = hold_own(session, user_id)
    if not is_enrolled(session, user_id):
        raise Refused(_("You have no second factor. Set one up first."))
    record(session, "renew-recovery-codes", USER, user_id, label=user.login)
    return _new_codes(session, user_id)


def switch_off(session: GuardedSession, user_id: int) -> None:
    """Take the own second factor away; raise Refused while it is demanded."""
    user = hold_own(session, user_id)
    if words := why_kept(session, user_id):
        raise Refused(words)
    _forget(session, user_id)
    record(session, "end-second-factor", USER, user_id, label=user.login)


def why_kept(session: GuardedSession, user_id: int) -> str:
    """Say why the own second factor cannot be switched off; "" when it can."""
    if not is_enrolled(session, user_id):
        return _("You have no second factor. Set one up first.")
    if is_demanded(session, user_id):
        return _("What you may do on this site demands it. You can set up another phone instead.")
    return ""


def take_away(session: GuardedSession, user: User) -> None:
    """End somebody's second factor, with every session and API token; the right is the caller's."""
    _forget(session, user.id)
    _void(session, user)
    record(session, "reset-second-factor", USER, user.id, label=user.login)
    tell(session, user.id, "reset")


def is_recovery_code(typed: str) -> bool:
    """Tell whether what was typed has the form of a recovery code."""
    return RECOVERY_CODE.fullmatch(plain(typed)) is not None


def spend(session: GuardedSession, user_id: int, typed: str) -> str | None:
    """Use a code up; return "app" or "recovery", None when it fits neither or was used before.

    The statements that use it up decide, so that of two requests at once one succeeds.
    """
    row = session.get(SecondFactor, user_id, populate_existing=True)
    if row is None or row.seed is None:
        return None
    if is_recovery_code(typed):
        return _spend_recovery(session, user_id, plain(typed))
    seed, instant = row.seed, now()
    newest = newest_step(instant)
    after = row.last_step if row.last_step <= newest else 0  # the site's clock once ran ahead
    step = matching_step(secret_of(user_id, seed), plain(typed), instant, after=after)
    if step is None:
        return None
    used = (
        update(SecondFactor)
        .where(SecondFactor.user_id == user_id, SecondFactor.seed == seed)
        .where(or_(SecondFactor.last_step < step, SecondFactor.last_step > newest))
        .values(last_step=step)
    )
    return "app" if _changes_one(session, used) else None


def _spend_recovery(session: GuardedSession, user_id: int, code: str) -> str | None:
    once = (
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _digest(code))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now())
    )
    if not _changes_one(session, once):
        return None
    login = session.scalar(select(User.login).where(User.id == user_id)) or ""
    who = load_user(session.connection(), user_id)
    by = actor_of(who) if who else None
    record(session, "use-recovery-code", USER, user_id, label=login, actor=by)
    tell(session, user_id, "recovery")
    return "recovery"


def tell(session: GuardedSession, user_id: int, what: str) -> None:
    """Tell the owner of an account what happened to its second factor; wrong codes once a day."""
    daily = what == "guessed"
    notice = Notice(
        kind="core.second_factor",
        key=f"second factor {what} {today() if daily else now().isoformat()}",
        bundle=daily,
        title=_TOLD[what],
        endpoint="accounts.second_factor",
    )
    notify(session, notice, users=[user_id])


_TOLD: Mapping[str, Callable[[], str]] = {
    "reset": lambda: _("An administrator has taken your second factor away. Set up a new one."),
    "recovery": lambda: _("One of your recovery codes was used."),
    "guessed": lambda: _(
        "A wrong code was given after your right password. If it was not you, change it now."
    ),
}


def _changes_one(session: GuardedSession, statement: Any) -> bool:
    done: Any = session.execute(statement, execution_options=SILENT)
    return int(done.rowcount) == 1


def _forget(session: GuardedSession, user_id: int) -> None:
    mine = delete(RecoveryCode).where(RecoveryCode.user_id == user_id)
    session.execute(mine, execution_options=SILENT)
    session.delete(session.get_one(SecondFactor, user_id))
    session.flush()


def _void(session: GuardedSession, user: User) -> None:
    user.session_version += 1
    end_all_sessions(session, user.id, "second factor")
    session.flush()


def _new_codes(session: GuardedSession, user_id: int) -> tuple[str, ...]:
    """Replace the recovery codes and return them, to be shown once."""
    mine = delete(RecoveryCode).where(RecoveryCode.user_id == user_id)
    session.execute(mine, execution_options=SILENT)
    found = [
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()
        for _number in range(RECOVERY_CODES)
    ]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_digest(code)) for code in found)
    session.flush()
    return tuple(grouped(code, "-") for code in found)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
