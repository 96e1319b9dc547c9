"""Codes of second factors given by somebody: counted, spent once, failures noted."""

from core.access.guarded_session import GuardedSession
from core.accounts.identity import LoginSessionInfo
from core.accounts.models import LoginSession, Stage, User
from core.accounts.second_factor import enrol, is_recovery_code, spend, tell
from core.accounts.sessions import Client, end_session, is_known_network
from core.accounts.sign_in import (
    NEW_PHONE,
    SIGN_IN,
    CodesUsedUpError,
    SignedIn,
    WrongCredentialsError,
    open_session,
    person,
)
from core.accounts.throttling import (
    CODE,
    CODE_ELSEWHERE,
    RECOVERY,
    Counters,
    count_attempt,
    network_of,
    take_back,
    was_last_of_half,
)
from core.audit.services import record
from core.clock import now
from core.errors import DomainError, Refused
from core.i18n import gettext as _
from core.unit_of_work import in_unit_of_work, unit_of_work


def wrong_code() -> str:
    """Return the words for a code that does not fit; they do not say in what."""
    return _("The code is wrong, too old, or was used before. Wait for the next one.")


def proves_code(user_id: int, login: str, typed: str, client: Client) -> bool:
    """Tell whether somebody who is signed in gave a good code, which is used up by it.

    Raises TooManyAttemptsError.
    """
    counters = counted(user_id, login, typed, client)
    if in_unit_of_work(lambda s: spend(s, user_id, typed), actor=SIGN_IN) is None:
        note_failure(user_id, client)
        return False
    in_unit_of_work(lambda s: take_back(s, login, client.address, counters), actor=SIGN_IN)
    return True


def sign_in_with_code(half: LoginSessionInfo, typed: str, client: Client) -> SignedIn:
    """Begin a whole session in place of the one that waits for its code.

    Raises WrongCredentialsError (CodesUsedUpError after the last try), TooManyAttemptsError, or
    DomainError if the wait is over.
    """
    login = in_unit_of_work(lambda s: s.get_one(User, half.user_id).login, actor=SIGN_IN)
    counters = counted(half.user_id, login, typed, client)
    done = in_unit_of_work(lambda s: _open(s, half, typed, client, counters), actor=SIGN_IN)
    if done is None:
        ended = note_failure(half.user_id, client, half=half.id)
        raise CodesUsedUpError(_too_many()) if ended else WrongCredentialsError(wrong_code())
    return done


def take_into_use(
    held: LoginSessionInfo, typed: str, client: Client
) -> tuple[SignedIn, tuple[str, ...]]:
    """Enrol the phone that shows this code; return the session to go on with, and recovery codes.

    Raises Refused. Guesses are not counted: whoever sets up a phone sees its secret.
    """
    with unit_of_work() as session:
        codes = enrol(session, held.user_id, held.id, typed)
        if codes is None:
            words = _("The code does not fit. Is the time of the phone right? Wait for the next.")
            raise Refused(words, fields={"secret_code": [words]})
        user = session.get_one(User, held.user_id)
        return open_session(session, user, user.login, client, proof=NEW_PHONE), codes


def counted(user_id: int, login: str, typed: str, client: Client) -> Counters:
    """Count a try as failed; return the counters, which a success takes back."""

    def count(session: GuardedSession) -> Counters:
        if is_recovery_code(typed):
            counters = RECOVERY
        else:
            known = is_known_network(session, user_id, client.address)
            counters = CODE if known else CODE_ELSEWHERE
        count_attempt(session, login, client.address, counters)
        return counters

    return in_unit_of_work(count, actor=SIGN_IN)


def note_failure(user_id: int, client: Client, *, half: int | None = None) -> bool:
    """Keep in the audit trail that a code was wrong, and tell the owner, whose password is known.

    Tell whether it was one too many for the session `half`, which has ended.
    """

    def note(session: GuardedSession) -> bool:
        user = session.get_one(User, user_id)
        record(
            session,
            "second-factor-refused",
            "core.user",
            user_id,
            changes={"network": network_of(client.address)},
            label=user.login,
            actor=person(session, user),
        )
        tell(session, user_id, "guessed")
        if half is None or not was_last_of_half(session, half):
            return False
        return end_session(session, half, "wrong codes")

    return in_unit_of_work(note, actor=SIGN_IN)


def _open(
    session: GuardedSession,
    half: LoginSessionInfo,
    typed: str,
    client: Client,
    counters: Counters,
) -> SignedIn | None:
    user = session.get_one(User, half.user_id, with_for_update=True)
    waiting = session.get_one(LoginSession, half.id)
    good = waiting.stage == Stage.CODE and now() < waiting.expires_at and user.active
    if not good or waiting.session_version != user.session_version:
        raise _too_late()
    proof = spend(session, user.id, typed)
    if proof is None:
        return None
    if not end_session(session, half.id, "replaced"):
        raise _too_late()
    take_back(session, user.login, client.address, counters)
    return open_session(session, user, user.login, client, proof=proof)


def _too_many() -> str:
    return _("Too many codes were wrong. Begin again with login and password.")


def _too_late() -> DomainError:
    return DomainError(_("It took too long. Begin again with login and password."), status=401)
