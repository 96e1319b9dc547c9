"""Jobs, the firings of schedules, and which schedules are paused."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import Model, UtcDateTime
from core.i18n.sentence import LongSentence, Sentence


class JobState(StrEnum):
    """Where a job stands; a pending job of an add-on that is off is shown as parked."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Job(Model):
    """One piece of background work: queue entry, outbox message and timer in one row."""

    __tablename__ = "core_job"
    __access__ = Technical("shown on a page that needs core.job; results carry their own rights")
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "kind", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(120))
    addon: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    cursor: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(12), default=JobState.PENDING)
    priority: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    as_user_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"), index=True)
    scopes: Mapped[list[list[str]] | None] = mapped_column(JSON(none_as_null=True))
    idempotency_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    note: Mapped[str] = mapped_column(Sentence(500), default="")
    last_error: Mapped[str] = mapped_column(LongSentence(), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ScheduleFire(Model):
    """A firing of a schedule; the key makes it fire once, however many workers look."""

    __tablename__ = "core_schedule_fire"
    __access__ = Technical("bookkeeping of schedules")

    schedule: Mapped[str] = mapped_column(String(120), primary_key=True)
    fire_time: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)


class SchedulePause(Model):
    """A schedule that an administrator stopped; without this row it fires."""

    __tablename__ = "core_schedule_pause"
    __access__ = Technical("shown on a page that needs core.job")

    schedule: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_label: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(200))
