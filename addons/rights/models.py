"""Duties, what they contain, who holds them, on which data and when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access.declarations import Technical
from core.clock import now
from core.database import LocalizedName, Model, UtcDateTime, Versioned
from core.i18n import lazy_gettext as _l

DUTY = "rights.duty"
ASSIGNMENT = "rights.assignment"
GRADE = "rights.grade"
GUARD = "who holds which right is shown on pages that need rights.*, and changed by services alone"


class Subject(StrEnum):
    """To whom an assignment gives a duty."""

    USER = "user"
    POSITION = "position"
    GRADE = "grade"
    HEADS = "heads"
    EVERYONE = "everyone"
    ADMINISTRATORS = "administrators"


NAMED = (Subject.USER, Subject.POSITION, Subject.GRADE)  # these have a subject_id


class Duty(Versioned, Model):
    """A named bundle of verbs on resources; whoever holds it gets all of them.

    With `second_factor` what it gives counts only for accounts that have one.
    """

    __tablename__ = "rights_duty"
    __access__ = Technical(GUARD)
    __resource__ = DUTY
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    summary: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    grants: Mapped[list["DutyGrant"]] = relationship(
        back_populates="duty", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def contains(self) -> list[str]:
        """What it contains, each as "resource:verb", sorted."""
        return sorted(f"{one.resource}:{one.action}" for one in self.grants)


class DutyGrant(Model):
    """One verb on one resource; "*" is every resource, or every verb."""

    __tablename__ = "rights_duty_grant"
    __access__ = Technical(GUARD)
    __table_args__ = ({"info": {"title": _l("Rights in a duty")}},)

    duty_id: Mapped[int] = mapped_column(
        ForeignKey("rights_duty.id", ondelete="CASCADE"), primary_key=True
    )
    resource: Mapped[str] = mapped_column(String(80), primary_key=True)
    action: Mapped[str] = mapped_column(String(60), primary_key=True)

    duty: Mapped[Duty] = relationship(back_populates="grants", lazy="raise_on_sql")


class Grade(Versioned, Model):
    """A grade of account managers, such as senior."""

    __tablename__ = "rights_grade"
    __access__ = Technical(GUARD)
    __resource__ = GRADE
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    sort: Mapped[int] = mapped_column(default=0)


class Grading(Model):
    """The grade of one employee."""

    __tablename__ = "rights_grading"
    __access__ = Technical(GUARD)
    __audited__ = True
    __table_args__ = ({"info": {"title": _l("Manager grade of a person")}},)

    employee_id: Mapped[int] = mapped_column(ForeignKey("core_employee.id"), primary_key=True)
    grade_id: Mapped[int] = mapped_column(ForeignKey("rights_grade.id"), index=True)


class Assignment(Versioned, Model):
    """A duty, or some of its verbs, given to or denied somebody: on which data, and when.

    `ranges` maps a dimension to alternatives (see `addons.rights.ranges`); all dimensions named
    must hold. `verbs` None means every verb of the duty. Never deleted: it ends.
    """

    __tablename__ = "rights_assignment"
    __access__ = Technical(GUARD)
    __resource__ = ASSIGNMENT
    __audited__ = True
    __table_args__ = (
        Index(None, "subject", "subject_id"),
        CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="period_has_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("rights_duty.id"), index=True)
    subject: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int | None]
    allow: Mapped[bool] = mapped_column(default=True)
    verbs: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    ranges: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    weekly_hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    given_by: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    ended_by: Mapped[str] = mapped_column(String(200), default="")
    end_reason: Mapped[str] = mapped_column(Text, default="")

    duty: Mapped[Duty] = relationship(lazy="joined")


class Exclusion(Model):
    """Two duties that nobody may hold together (separation of duties)."""

    __tablename__ = "rights_exclusion"
    __access__ = Technical(GUARD)
    __audited__ = True
    __table_args__ = (
        CheckConstraint("duty_id < other_id", name="smaller_first"),
        {"info": {"title": _l("Duties that exclude each other")}},
    )

    duty_id: Mapped[int] = mapped_column(ForeignKey("rights_duty.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("rights_duty.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="")


MODELS = (Duty, DutyGrant, Grade, Grading, Assignment, Exclusion)
