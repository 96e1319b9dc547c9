"""Reviews of what people hold: the campaign, and one item for each person and assignment."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.rights.models import GUARD, Assignment
from core.access.declarations import Technical
from core.clock import now
from core.database import LocalizedName, Model, UtcDateTime, Versioned
from core.i18n import lazy_gettext as _l

REVIEW = "rights.review"


class Decision(StrEnum):
    """What a reviewer says of one item."""

    KEEP = "keep"
    END = "end"


class Outcome(StrEnum):
    """What came of the decision to end."""

    ENDED = "ended"
    BEFORE = "before"  # it had ended already
    ASKED = "asked"  # it is given to several: administrators were asked


class Review(Versioned, Model):
    """One campaign; `covers` names duties, kinds of subjects and units."""

    __tablename__ = "rights_review"
    __access__ = Technical(GUARD)
    __resource__ = REVIEW
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date] = mapped_column(Date)
    covers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    opened_by: Mapped[str] = mapped_column(String(200))
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_by: Mapped[str] = mapped_column(String(200), default="")


class ReviewItem(Versioned, Model):
    """One person's part in one assignment, as it was when the review opened, and the decision.

    What names it is copied, so that the evidence stays as it was. A decision is never changed.
    """

    __tablename__ = "rights_review_item"
    __access__ = Technical("shown to the reviewer it names, and under rights.review")
    __audited__ = True
    __table_args__ = (
        Index(None, "review_id", "assignment_id", "user_id", unique=True),
        CheckConstraint("decision IS NULL OR decided_at IS NOT NULL", name="decided_at_known"),
        CheckConstraint(
            "decision IS NULL OR decision <> 'end' OR reason <> ''", name="end_has_reason"
        ),
        {"info": {"title": _l("Item of a review of rights")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("rights_review.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("rights_assignment.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    person: Mapped[str] = mapped_column(String(200))
    login: Mapped[str] = mapped_column(String(200))
    unit: Mapped[dict[str, str]] = mapped_column(LocalizedName, default=dict)
    duty: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    contains: Mapped[list[str]] = mapped_column(JSON)  # "resource:verb", as given
    hints: Mapped[list[Any]] = mapped_column(JSON, default=list)
    passed_by: Mapped[str] = mapped_column(String(200), default="")
    decision: Mapped[str | None] = mapped_column(String(8), index=True)
    outcome: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(200), default="")

    review: Mapped[Review] = relationship(lazy="joined")
    assignment: Mapped[Assignment] = relationship(lazy="joined")


REVIEW_MODELS = (Review, ReviewItem)
