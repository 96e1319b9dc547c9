"""Imports: the uploaded file, how it is mapped, how far it is, and the rows that were refused."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.addons.registry import registry
from core.database import BigKey, Model, UtcDateTime
from core.i18n.sentence import LongSentence


class ImportState(StrEnum):
    """Where an import stands; WAITING is never stored, it follows from the add-on."""

    UPLOADED = "uploaded"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


class ImportRun(Model):
    """One file on its way in; only the person who uploaded it sees it."""

    __tablename__ = "core_import"
    __access__ = Technical("every query names the owner; see core.exchange.queries")

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    exchange: Mapped[str] = mapped_column(String(120))
    addon: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(200))
    stored_as: Mapped[str] = mapped_column(String(80))
    encoding: Mapped[str] = mapped_column(String(20))
    headings: Mapped[list[str]] = mapped_column(JSON)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(12), default=ImportState.UPLOADED)
    rows_total: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("core_job.id", ondelete="SET NULL"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def standing(self) -> ImportState:
        """Where it stands now: one that runs while its add-on is off waits for that."""
        waits = self.state == ImportState.RUNNING and not registry().is_on(self.addon)
        return ImportState.WAITING if waits else ImportState(self.state)


class ImportRowError(Model):
    """A row that was refused, with its cells and the reason, said in the reader's language."""

    __tablename__ = "core_import_row_error"
    __access__ = Technical("reached through its import only")
    __table_args__ = (UniqueConstraint("import_id", "row_number"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("core_import.id", ondelete="CASCADE"))
    row_number: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(LongSentence())
