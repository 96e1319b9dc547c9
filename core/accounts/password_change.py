"""Choosing a password: the first one with a one-time secret, later ones with the present one."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.accounts.models import User
from core.accounts.one_time import secret_digest
from core.accounts.passwords import check_password, hash_password
from core.accounts.resources import USER
from core.accounts.second_factor import is_enrolled
from core.accounts.sessions import Client, end_all_sessions, hold_own
from core.accounts.sign_in import SIGN_IN, SignedIn, normal_login, open_session, person, proves
from core.accounts.throttling import count_attempt
from core.actor import Actor
from core.audit.services import record
from core.clock import now
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.organisation.models import Employee
from core.unit_of_work import in_unit_of_work, read_only, unit_of_work


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: int
    secret_hash: str
    expires_at: datetime


def redeem_secret(login: str, secret: str, password: str, client: Client) -> SignedIn:
    """Choose the first password with a one-time secret, and be signed in.

    Raises Refused (an unusable password, or any fault of login, secret or time in the same
    words) or TooManyAttemptsError.
    """
    wanted = normal_login(login)
    check_password(password, context=(wanted,), field="new_password")
    waiting = in_unit_of_work(lambda s: _counted(s, wanted, client), actor=SIGN_IN)
    hashed = hash_password(password)
    given = secret_digest(secret)
    kept = waiting.secret_hash if waiting else ""
    if not hmac.compare_digest(kept, given) or waiting is None or waiting.expires_at <= now():
        raise _not_redeemed()
    with unit_of_work(SIGN_IN) as session:
        user = session.get(User, waiting.id, with_for_update=True)
        if user is None or not user.active or user.secret_hash != given:
            raise _not_redeemed()
        store_password(session, user, hashed, by=person(session, user))
        return open_session(session, user, wanted, client)


def change_password(user_id: int, current: str, password: str, client: Client) -> SignedIn:
    """Replace the own password; every other session ends, and this one gets a new token.

    Raises Refused naming `current` or `new_password`, or TooManyAttemptsError.
    """
    with read_only() as reading:
        user = _loaded(reading, user_id)
        login, before = user.login, user.password_hash
        context = _words_about(reading, user)
    check_password(password, context=context, field="new_password")
    if not proves(user_id, login, before, current, client):
        raise Refused(
            _("The present password is wrong. Nothing was changed."),
            fields={"current": [_("This is not your present password.")]},
        )
    if current == password:
        raise Refused(
            _("The new password is the old one."),
            fields={"new_password": [_("Choose another password.")]},
        )
    hashed = hash_password(password)
    with unit_of_work() as session:
        user = hold_own(session, user_id)
        if user.password_hash != before:
            raise Refused(_("The password was changed elsewhere just now. Sign in again."))
        store_password(session, user, hashed)
        passed = "session" if is_enrolled(session, user_id) else ""  # it was opened with a code
        return open_session(session, user, login, client, proof=passed)


def store_password(
    session: GuardedSession,
    user: User,
    hashed: str,
    *,
    must_change: bool = False,
    by: Actor | None = None,
) -> None:
    """Keep a hash, void the one-time secret and end every session of the user."""
    user.password_hash = hashed
    user.password_changed_at = now()
    user.must_change_password = must_change
    user.secret_hash = user.secret_expires_at = None
    user.session_version += 1
    end_all_sessions(session, user.id, "password")
    record(session, "change-password", USER, user.id, label=user.login, actor=by)


def _counted(session: GuardedSession, login: str, client: Client) -> _Waiting | None:
    count_attempt(session, login, client.address)
    row = session.execute(
        select(User.id, User.secret_hash, User.secret_expires_at).where(
            User.login == login, User.active, User.secret_hash.is_not(None)
        )
    ).one_or_none()
    return None if row is None else _Waiting(row.id, row.secret_hash, row.secret_expires_at)


def _loaded(session: GuardedSession, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound(_("There is no such account."))
    return user


def _words_about(session: GuardedSession, user: User) -> tuple[str, ...]:
    employee = session.get(Employee, user.employee_id) if user.employee_id else None
    if employee is None:
        return (user.login,)
    return (user.login, employee.name, employee.code, employee.email.partition("@")[0])


def _not_redeemed() -> Refused:
    return Refused(
        _("Login and secret do not fit, or the secret was used or is too old."), status=401
    )
