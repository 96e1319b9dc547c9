"""What people want by mail, and the letters that were written to them."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import BigKey, Model, UtcDateTime, Versioned


class MailChoice(Versioned, Model):
    """How one account wants its notifications by mail; without a row the site's way holds.

    `mail` is "off", "once" (each within minutes) or "digest" (one letter a day at `digest_at`).
    Between `quiet_from` and `quiet_until`, and on days of rest unless `rest_days`, nothing is sent.
    The three times are minutes since midnight in the site's zone. `without` are kinds of
    notifications that never come by mail.
    """

    __tablename__ = "core_mail_choice"
    __access__ = Technical("each reader's own; the sending jobs read it as the system")

    user_id: Mapped[int] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    mail: Mapped[str] = mapped_column(String(8))
    digest_at: Mapped[int]
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    rest_days: Mapped[bool] = mapped_column(default=False)
    without: Mapped[list[str]] = mapped_column(JSON, default=list)


class MailState(Model):
    """Since when an account is told by mail, and the day of its last digest."""

    __tablename__ = "core_mail_state"
    __access__ = Technical("kept by the sending jobs alone")

    user_id: Mapped[int] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    digest_on: Mapped[date | None]


class Letter(Model):
    """One letter; what it says was what its reader might see when it was written.

    `key` goes along as the Message-ID, so that a letter that is sent again after a crash is known.
    """

    __tablename__ = "core_letter"
    __access__ = Technical("kept by the sending jobs alone")

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delivery(Model):
    """That a notification was handed to a letter, as it stood at `told_at`."""

    __tablename__ = "core_delivery"
    __access__ = Technical("kept by the sending jobs alone")
    __table_args__ = (UniqueConstraint("notification_id", "channel"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    notification_id: Mapped[int] = mapped_column(
        ForeignKey("core_notification.id", ondelete="CASCADE")
    )
    channel: Mapped[str] = mapped_column(String(20))
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    letter_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_letter.id", ondelete="SET NULL"), index=True
    )
