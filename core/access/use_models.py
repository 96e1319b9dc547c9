"""The record of uses: who used which verb on what, first and last, by day."""

from datetime import date

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import Model


class AccessUse(Model):
    """One verb that somebody has used. Days of the site, not instants: nobody's hours are kept."""

    __tablename__ = "core_access_use"
    __access__ = Technical("counted on pages about rights, which need a right; in no export")

    user_id: Mapped[int] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    resource: Mapped[str] = mapped_column(String(80), primary_key=True)
    verb: Mapped[str] = mapped_column(String(80), primary_key=True)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
