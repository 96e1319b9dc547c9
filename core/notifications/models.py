"""The table of notifications."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import BigKey, Model, UtcDateTime
from core.i18n.sentence import LongSentence

NOTIFICATION = "core.notification"


class Notification(Model):
    """One thing that one person should know; `title` never holds words of the record.

    `detail` and the link are shown only while the reader may see the record. Without a record the
    link is `endpoint` with `arguments`. `count` is how often it happened since it was last read.
    """

    __tablename__ = "core_notification"
    __access__ = Technical("every query names the reader; see core.notifications.queries")
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index(None, "user_id", "read_at"),
        Index(None, "user_id", "at"),
        Index(None, "resource", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(60))
    addon: Mapped[str] = mapped_column(String(60), index=True)
    title: Mapped[str] = mapped_column(LongSentence())
    detail: Mapped[str] = mapped_column(LongSentence(), default="")
    resource: Mapped[str | None] = mapped_column(String(120))
    record_id: Mapped[int | None]
    anchor: Mapped[str] = mapped_column(String(40), default="")
    endpoint: Mapped[str] = mapped_column(String(120), default="")
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    actor_user_id: Mapped[int | None]
    count: Mapped[int] = mapped_column(default=1)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
