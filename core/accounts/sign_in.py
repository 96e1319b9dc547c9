"""Signing in: count, verify outside of any transaction, then open the session."""

from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.accounts.identity import actor_of, load_user
from core.accounts.models import Stage, User
from core.accounts.passwords import hash_password, needs_rehash, verify_password
from core.accounts.second_factor import is_demanded, is_enrolled
from core.accounts.sessions import Client, digest, end_session, start_session
from core.accounts.throttling import count_attempt, network_of, take_back
from core.actor import Actor, current_actor, system_actor
from core.audit.services import record
from core.clock import now
from core.errors import DomainError
from core.i18n import gettext as _
from core.unit_of_work import in_unit_of_work, unit_of_work

SIGN_IN = system_actor("sign-in")
NEW_PHONE = "new phone"  # it has shown a code; no try was counted for it
TAKEN_BACK = ("app", "recovery", NEW_PHONE)  # by whoever looked at the code


@dataclass(eq=False)
class WrongCredentialsError(DomainError):
    """Unknown, disabled or wrong: the same words for all three."""

    status: int = field(default=401, kw_only=True)


class CodesUsedUpError(WrongCredentialsError):
    """The wrong code was one too many: the password is due again."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: the token for the cookie and whose it is."""

    token: str = field(repr=False)
    user_id: int
    must_change_password: bool
    stage: Stage = Stage.OPEN


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    password_hash: str | None
    active: bool


def normal_login(text: str) -> str:
    """Return a login as it is stored: trimmed and in lower case."""
    return text.strip().casefold()


def sign_in(login: str, password: str, client: Client, *, replaces: int | None = None) -> SignedIn:
    """Check login and password and begin a session in place of the session `replaces`.

    Raises WrongCredentialsError, or TooManyAttemptsError while a wait runs. Whether the account
    exists or is enabled makes no difference to the answer or to the work done.
    """
    wanted = normal_login(login)
    known, begins_wait = counted(wanted, client)
    fits = verify_password(known.password_hash if known else None, password)
    if known is None or not fits or not known.active:
        if begins_wait:
            _note_guessing(known.id if known else None, client, SIGN_IN)
        raise refusal(wanted, client)
    rehashed = (
        hash_password(password) if needs_rehash(known.password_hash or "") else known.password_hash
    )
    with unit_of_work(SIGN_IN) as session:
        user = session.get(User, known.id)
        if user is None or not user.active or user.password_hash != known.password_hash:
            raise refusal(wanted, client)
        user.password_hash = rehashed
        return open_session(session, user, wanted, client, replaces=replaces)


def counted(login: str, client: Client) -> tuple[_Known | None, bool]:
    """Count the attempt; return what is known about the account, and whether a wait begins."""

    def work(session: GuardedSession) -> tuple[_Known | None, bool]:
        begins_wait = count_attempt(session, login, client.address)
        row = session.execute(
            select(User.id, User.password_hash, User.active).where(User.login == login)
        ).one_or_none()
        known = None if row is None else _Known(row.id, row.password_hash, row.active)
        return known, begins_wait

    return in_unit_of_work(work, actor=SIGN_IN)


def open_session(
    session: GuardedSession,
    user: User,
    login: str,
    client: Client,
    *,
    replaces: int | None = None,
    proof: str = "",
) -> SignedIn:
    """Begin the session of a user who has given the password.

    `proof` names what was shown beside it ("app", "recovery"). Without, whoever has a second factor
    gets a session that is good for nothing but the code, and who must have one is led to it.
    """
    if proof not in TAKEN_BACK:
        take_back(session, login, client.address)
    if replaces is not None:
        end_session(session, replaces, "replaced")
    stage = Stage.OPEN if proof else _stage(session, user)
    token = start_session(session, user, client, stage=stage)
    if stage != Stage.CODE:
        user.last_login_at = now()
        shown = {"second_factor": True} if proof else {}
        found = {"network": network_of(client.address), "session": digest(token)[:12]}
        record(
            session,
            "sign-in",
            "core.user",
            user.id,
            changes=found | shown,
            label=user.login,
            actor=person(session, user),
        )
    return SignedIn(token, user.id, user.must_change_password, stage)


def _stage(session: GuardedSession, user: User) -> Stage:
    if is_enrolled(session, user.id):
        return Stage.CODE
    return Stage.ENROL if is_demanded(session, user.id) else Stage.OPEN


def person(session: GuardedSession, user: User) -> Actor | None:
    """Return whom the trail names for what somebody does before being signed in."""
    known = load_user(session.connection(), user.id)
    return actor_of(known) if known else None


def proves(user_id: int, login: str, kept: str | None, password: str, client: Client) -> bool:
    """Tell whether somebody who is signed in knows the password; guesses are slowed and noted.

    Raises TooManyAttemptsError. Whoever succeeds takes the attempt back.
    """
    begins_wait = in_unit_of_work(lambda s: count_attempt(s, login, client.address), actor=SIGN_IN)
    fits = verify_password(kept, password)
    if not fits and begins_wait:
        _note_guessing(user_id, client, current_actor())
    return fits


def _note_guessing(user_id: int | None, client: Client, actor: Actor) -> None:
    """Keep in the audit trail that somebody tries passwords: once a wait, not once a try.

    It is written for unknown logins too, without what was typed (it may be a password): neither
    the answer nor its time tells whether the account exists.
    """
    with unit_of_work(actor) as session:
        found = {"network": network_of(client.address)}
        record(session, "sign-in-slowed", "core.user", user_id, changes=found)


def refusal(login: str, client: Client) -> WrongCredentialsError:
    """Return the one refusal, noted in the log with the network it came from."""
    current_app.logger.info(
        "sign-in refused", extra={"login": login, "network": network_of(client.address)}
    )
    return WrongCredentialsError(_("Login or password is wrong."))
