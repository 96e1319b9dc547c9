"""The tables of joint confirmation."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access.declarations import Technical
from core.database import BigKey, Model, UtcDateTime, Versioned

CONSENT = "core.consent"


class State(StrEnum):
    """What became of what was asked for; an open one past its last day is over."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Consent(Versioned, Model):
    """An act that somebody asked for and that takes `people` to be done, who asked counted."""

    __tablename__ = "core_consent"
    __access__ = Technical("shown to who asked, who agreed and who could do it; or core.consent")
    __resource__ = CONSENT
    __audited__ = True
    __table_args__ = (Index(None, "state", "asked_at"), Index(None, "asked_by", "asked_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    resource: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(BigKey)
    people: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(String(64))  # a digest of what it would change when asked
    asked_by: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    asked_label: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default=State.OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_label: Mapped[str] = mapped_column(String(200), default="")
    end_reason: Mapped[str] = mapped_column(Text, default="")

    voices: Mapped[list["Voice"]] = relationship(
        order_by="Voice.at", cascade="all, delete-orphan", passive_deletes=True
    )


class Voice(Model):
    """One person who agrees."""

    __tablename__ = "core_consent_voice"
    __access__ = Technical("part of core_consent")
    __audited__ = True
    __table_args__ = (UniqueConstraint("consent_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consent_id: Mapped[int] = mapped_column(ForeignKey("core_consent.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
