"""The days that differ from the week, and the years that somebody has looked over."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Public
from core.database import LocalizedName, Model, UtcDateTime, Versioned

WORK_CALENDAR = "core.work_calendar"
EVERYBODY = "everybody counts by the same days"


class WorkDay(Versioned, Model):
    """A day that is worked or not whatever the week says; `hours` are its own, if it has some.

    `source` says whose word it is: "published" (public holidays), "file", or "hand".
    """

    __tablename__ = "core_work_day"
    __access__ = Public(EVERYBODY)
    __resource__ = WORK_CALENDAR
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    working: Mapped[bool]
    name: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    hours: Mapped[str] = mapped_column(String(100), default="")
    source: Mapped[str] = mapped_column(String(10), default="hand")


class WorkYear(Versioned, Model):
    """A year whose days somebody has compared with the official notice, unless it is open again."""

    __tablename__ = "core_work_year"
    __access__ = Public(EVERYBODY)
    __resource__ = WORK_CALENDAR
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str] = mapped_column(String(200), default="")
