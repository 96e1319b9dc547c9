"""API tokens: a user's rights, or a part of them, in the hands of a program."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import Model, UtcDateTime


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
