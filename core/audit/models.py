"""The audit trail and its seals."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.audit.append_only import keep_append_only
from core.database import BigKey, Model, UtcDateTime


class AuditEntry(Model):
    """One act on one record, written in the transaction of the act; never altered."""

    __tablename__ = "core_audit"
    __access__ = Technical("shown by history() under the record's own right, or with core.audit")
    __table_args__ = (
        Index(None, "resource", "record_id", "id"),
        Index(None, "actor_user_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_user_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(40))
    resource: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int | None] = mapped_column(BigKey)
    label: Mapped[str] = mapped_column(String(300))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[str] = mapped_column(String(32))
    for_user_id: Mapped[int | None] = mapped_column(index=True)  # as whose substitute
    for_label: Mapped[str | None] = mapped_column(String(200))


class AuditSeal(Model):
    """A batch of entries under one HMAC that also covers the seal before it.

    `entries` is [[id, HMAC of the row], …]; `mac` covers the previous seal's mac, the ids and
    the row HMACs, so that no row can be changed, removed, swapped or slipped in unnoticed.
    """

    __tablename__ = "core_audit_seal"
    __access__ = Technical("checked by `sunmao audit verify`")

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_id: Mapped[int] = mapped_column(BigKey)
    last_id: Mapped[int] = mapped_column(BigKey, unique=True)
    entries: Mapped[list[Any]] = mapped_column(JSON)
    mac: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


keep_append_only(AuditEntry)
keep_append_only(AuditSeal)
