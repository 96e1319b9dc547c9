"""Who acts for whom: duties that somebody hands to a substitute for a time."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.rights.models import GUARD
from core.access.declarations import Technical
from core.clock import now
from core.database import Model, UtcDateTime, Versioned

DELEGATION = "rights.delegation"


class Delegation(Versioned, Model):
    """Assignments of one person that a substitute has too: listed one by one, within a period.

    It gives what the delegator holds by them at any moment, and nothing once the delegator does
    not. Never deleted: it ends.
    """

    __tablename__ = "rights_delegation"
    __access__ = Technical(GUARD)
    __resource__ = DELEGATION
    __audited__ = True
    __table_args__ = (
        Index(None, "to_user_id", "ended_at"),
        CheckConstraint("valid_from < valid_to", name="period_has_length"),
        CheckConstraint("from_user_id <> to_user_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    to_user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    assignments: Mapped[list[int]] = mapped_column(JSON)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    given_by: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str] = mapped_column(String(200), default="")
    end_reason: Mapped[str] = mapped_column(Text, default="")
