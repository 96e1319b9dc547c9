"""Remarks, and who follows a record."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import BigKey, Model, UtcDateTime, Versioned

REMARK = "core.remark"


class Remark(Versioned, Model):
    """What somebody wrote on a record; one that was deleted stays without its text.

    It hangs on (resource, record_id) and has no scope of its own, which would grow old when the
    record moves: whoever reads remarks has loaded their record under the reader's own right.
    """

    __tablename__ = "core_remark"
    __access__ = Technical("read only after its record was loaded; see core.remarks.queries")
    __audited__ = True
    __table_args__ = (Index(None, "resource", "record_id", "id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    resource: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int]
    author_user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    author_label: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[str]] = mapped_column(JSON, default=list, info={"audit": False})
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Follower(Model):
    """Somebody's own word about following a record; its owner follows without one.

    `follows` is false for whoever would follow, and does not want to.
    """

    __tablename__ = "core_follower"
    __access__ = Technical("each user sees and changes the own word only")
    __table_args__ = (UniqueConstraint("resource", "record_id", "user_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    resource: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    follows: Mapped[bool] = mapped_column(default=True)
