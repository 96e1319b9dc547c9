"""Users, their sign-in sessions and API tokens, and the counters that slow guessing down."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.clock import now
from core.database import Model, UtcDateTime, Versioned


class Stage(StrEnum):
    """What a session still waits for."""

    OPEN = "open"
    CODE = "code"  # the password was right, the code of the second factor is due
    ENROL = "enrol"  # a second factor must be set up before anything else


class User(Versioned, Model):
    """An account; the person behind it, if any, is an employee.

    Without a password hash nobody can sign in; a one-time secret (its SHA-256 is kept) lets the
    person choose a first password until it expires.
    """

    __tablename__ = "core_user"
    __access__ = Technical("guarded by core.user on the administrator's pages")
    __resource__ = "core.user"
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("core_employee.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    secret_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None] = mapped_column(String(16))
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    density: Mapped[str] = mapped_column(String(8), default="normal")
    money_unit: Mapped[str | None] = mapped_column(String(8))
    pins: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), info={"audit": False})
    session_version: Mapped[int] = mapped_column(default=1, info={"audit": False})
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info={"audit": False})


class LoginSession(Model):
    """One signed-in browser; only the SHA-256 of the cookie's token is kept."""

    __tablename__ = "core_login_session"
    __access__ = Technical("each user sees only the own ones; ending others' needs core.user")
    __table_args__ = (Index(None, "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    session_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(20), default="")
    stage: Mapped[str] = mapped_column(String(8), default=Stage.OPEN, server_default=Stage.OPEN)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(64), default="")


class SecondFactor(Model):
    """The authenticator app of an account; without `enrolled_at` it is only being set up.

    The secret is derived from `seed` and a key outside the database (`core.accounts.totp`).
    `waiting_seed` is that of a phone that has not shown a code yet; only the login session that
    began with it sees its secret. A code counts whose step is beyond `last_step`, so that each
    works once.
    """

    __tablename__ = "core_second_factor"
    __access__ = Technical("each user sees only the own one; others' need core.user")

    user_id: Mapped[int] = mapped_column(
        ForeignKey("core_user.id"), primary_key=True, autoincrement=False
    )
    seed: Mapped[str | None] = mapped_column(String(64))
    enrolled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(default=0)
    waiting_seed: Mapped[str | None] = mapped_column(String(64))
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_session: Mapped[int | None]  # no foreign key: ended sessions are dropped after a while


class RecoveryCode(Model):
    """A code that stands in for the phone once; only its SHA-256 is kept."""

    __tablename__ = "core_recovery_code"
    __access__ = Technical("read by sign-in only")
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginAttempt(Model):
    """How often sign-in failed of late, for one account, one network or the whole site.

    `bucket` is the kind and a digest of the login or network, so that the table holds neither.
    """

    __tablename__ = "core_login_attempt"
    __access__ = Technical("written and read by sign-in only")

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(80), unique=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiToken(Model):
    """One token; only its SHA-256 is kept, and its first signs so that it can be found.

    It is good until `expires_at`, until it is revoked, and as long as its user's sessions of the
    same version would be: switching the account off or changing the password ends it.
    """

    __tablename__ = "core_api_token"
    __access__ = Technical("each user sees only the own ones; others' need core.token")
    __table_args__ = (Index(None, "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(20), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    name: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[list[list[str]]] = mapped_column(JSON)
    session_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(20), default="")
