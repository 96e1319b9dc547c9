"""Saved views: the addresses of lists that people keep under a name."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import Model


class SavedView(Model):
    """One list's filters, order, grouping and columns as an address; it grants nothing.

    Who opens it sees what the list shows them. `page` is the endpoint of the list. A shared view
    is offered to the owner's unit and those below, an administrator's to everybody.
    """

    __tablename__ = "core_saved_view"
    __access__ = Technical("each user sees the own ones and those shared with the own unit")
    __resource__ = "core.savedview"
    __table_args__ = (Index(None, "page", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    page: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    sort: Mapped[int] = mapped_column(default=0)
    row_version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - read once by the mapper
