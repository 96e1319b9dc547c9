"""The table of events, and the record of what was delivered to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.audit.append_only import keep_append_only
from core.database import BigKey, Model, UtcDateTime


class StoredEvent(Model):
    """One thing that happened; never altered."""

    __tablename__ = "core_event"
    __access__ = Technical("delivered to add-ons, whose own tables carry the rights")
    __table_args__ = (Index(None, "type", "id"), Index(None, "type", "record_id"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    type: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    actor_user_id: Mapped[int | None]
    addon: Mapped[str] = mapped_column(String(60))


class Delivery(Model):
    """An event that a consumer has finished with; written in the consumer's own commit."""

    __tablename__ = "core_event_delivery"
    __access__ = Technical("bookkeeping of deliveries")

    event_id: Mapped[int] = mapped_column(
        BigKey, ForeignKey("core_event.id"), primary_key=True, autoincrement=False
    )
    consumer: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


keep_append_only(StoredEvent)
