"""The table of announcements."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import LocalizedName, Model, UtcDateTime, Versioned

ANNOUNCEMENT = "core.announcement"


class Announcement(Versioned, Model):
    """One announcement, shown in [starts_at, ends_at); to strangers only with `on_login`."""

    __tablename__ = "core_announcement"
    __access__ = Technical("shown to all who are signed in; written with core.announcement")
    __resource__ = ANNOUNCEMENT
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    tone: Mapped[str] = mapped_column(String(8), default="info")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    on_login: Mapped[bool] = mapped_column(default=False)
