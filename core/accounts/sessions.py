"""Server-side sessions: a random token in the cookie, its SHA-256 in the database."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from core.access.guarded_session import GuardedSession
from core.access.standing import read_versions_while
from core.accounts.models import ApiToken, LoginSession, Stage, User
from core.accounts.throttling import forget_old_attempts, network_of
from core.audit.services import record
from core.clock import now
from core.config import Config, site_config
from core.contributions import JobDef, Step
from core.database import SILENT
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l

TOKEN_BYTES = 32
KEEP_ENDED = timedelta(days=30)
CODE_LIFE = timedelta(minutes=10)  # for the code after the password
BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, as far as it tells."""

    address: str = ""
    user_agent: str = ""


def cookie_name(config: Config) -> str:
    """Return the cookie's name; with HTTPS the browser itself ties `__Host-` to this host."""
    return "__Host-sunmao" if config.secure_cookies else "sunmao"


def digest(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def start_session(
    session: GuardedSession,
    user: User,
    client: Client | None = None,
    *,
    stage: Stage = Stage.OPEN,
) -> str:
    """Begin a sign-in session for a user and return the token for the cookie."""
    whole = timedelta(hours=site_config().session_absolute_hours)
    client = client or Client()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    instant = now()
    session.add(
        LoginSession(
            token_hash=digest(token),
            user_id=user.id,
            session_version=user.session_version,
            created_at=instant,
            last_seen_at=instant,
            expires_at=instant + (CODE_LIFE if stage == Stage.CODE else whole),
            stage=stage,
            user_agent=client.user_agent[:300],
            address=client.address[:64],
        )
    )
    session.flush()
    return token


def end_session(session: GuardedSession, session_id: int, reason: str) -> bool:
    """End one session: the next request does not accept it; False if it had ended already."""
    done = session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now(), end_reason=reason),
        execution_options=SILENT,
    )
    return int(done.rowcount) == 1  # type: ignore[attr-defined]


def hold_own(session: GuardedSession, user_id: int) -> User:
    """Return the reader's account, locked; raise SignInFirst unless what the reader holds stands.

    For what gives something that outlives the session: whoever ends the sessions of the account
    waits for this lock, and then ends that as well.
    """
    user = session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    read_versions_while(session.connection(), session.info["unit"].actor.held)
    return user


def end_all_sessions(
    session: GuardedSession, user_id: int, reason: str, *, but: int | None = None
) -> int:
    """End every session of a user but one; return how many were open."""
    statement = update(LoginSession).where(
        LoginSession.user_id == user_id, LoginSession.ended_at.is_(None)
    )
    if but is not None:
        statement = statement.where(LoginSession.id != but)
    ended = session.execute(
        statement.values(ended_at=now(), end_reason=reason), execution_options=SILENT
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def end_own_session(session: GuardedSession, user_id: int, session_id: int) -> None:
    """End one of the user's own sessions; raise NotFound for anybody else's."""
    own = session.scalar(
        select(LoginSession.id).where(
            LoginSession.id == session_id, LoginSession.user_id == user_id
        )
    )
    if own is None:
        raise NotFound(_("There is no such session."))
    end_session(session, session_id, "killed")
    record(session, "end-session", "core.user", user_id, changes={"session": session_id})


def open_sessions(session: GuardedSession, user_id: int) -> list[LoginSession]:
    """Return the sessions of a user that a request could still use, last seen first."""
    instant = now()
    return list(
        session.scalars(
            select(LoginSession)
            .join(User, User.id == LoginSession.user_id)
            .where(
                LoginSession.user_id == user_id,
                LoginSession.ended_at.is_(None),
                LoginSession.stage != Stage.CODE,
                LoginSession.session_version == User.session_version,
                LoginSession.expires_at > instant,
                LoginSession.last_seen_at > instant - idle_limit(),
            )
            .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
        )
    )


def is_known_network(session: GuardedSession, user_id: int, address: str) -> bool:
    """Tell whether somebody with the present password and phone was signed in from a network."""
    seen = session.scalars(
        select(LoginSession.address)
        .join(User, User.id == LoginSession.user_id)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.stage == Stage.OPEN,
            LoginSession.session_version == User.session_version,
        )
        .distinct()
    )
    return network_of(address) in {network_of(one) for one in seen}


def idle_limit() -> timedelta:
    """Return how long a session lives without a request."""
    return timedelta(minutes=site_config().session_idle_minutes)


def note_seen(
    session: GuardedSession,
    kind: type[LoginSession | ApiToken],
    held_id: int,
    instant: datetime,
) -> None:
    """Remember that a session or an API token was used at `instant`."""
    unseen = or_(kind.last_seen_at.is_(None), kind.last_seen_at < instant)
    session.execute(
        update(kind).where(kind.id == held_id, unseen).values(last_seen_at=instant),
        execution_options=SILENT,
    )


def forget_old_sessions(session: GuardedSession) -> None:
    """Delete sessions that ended or ran out over 30 days ago."""
    session.execute(
        delete(LoginSession).where(LoginSession.expires_at < now() - KEEP_ENDED),
        execution_options=SILENT,
    )


def _step(run: Any) -> Step:
    forget_old_sessions(run.session)
    forget_old_attempts(run.session)
    return Step(done=True)


TIDY = JobDef(
    kind="accounts.tidy",
    title=_l("Forget sign-in sessions that ended 30 days ago"),
    step=_step,
    every=timedelta(days=1),
)


def device_words(user_agent: str) -> str:
    """Return such as "Firefox 130 on Windows"; the first product's name for anything else."""
    browser = next(
        (
            f"{name} {found.group(1)}"
            for mark, name in BROWSERS
            if (found := re.search(rf"{mark}\w*/(\d+)", user_agent))
        ),
        None,
    )
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or user_agent.partition("/")[0][:40] or _("unknown device")
