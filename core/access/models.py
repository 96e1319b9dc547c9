"""Compiled rights: terms, the key sets they share, and who takes part in a record."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import LocalizedName, Model, UtcDateTime

GUARD = "compiled rights; written by policy providers, shown by explain()"


class KeyRange(Model):
    """A set of keys; everyone with the same range shares it by its hash.

    With a `rule` its keys change with the records, so nobody keeps them outside the database.
    """

    __tablename__ = "core_access_set"
    __access__ = Technical(GUARD)

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(Integer)
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class KeyRangeKey(Model):
    """One key of a set."""

    __tablename__ = "core_access_set_key"
    __access__ = Technical(GUARD)

    set_id: Mapped[int] = mapped_column(
        ForeignKey("core_access_set.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class AccessTerm(Model):
    """Who × resource × actions × allow or deny × ranges × window.

    `user_id` NULL means every account; `resource` and an action may be "*". A range that is NULL
    names no condition. `owner_self` stands for the user's own employee record. `for_user_id` is the
    account whose right it is, where somebody holds it as a substitute. With `second_factor` it
    counts only for an account that has one.
    """

    __tablename__ = "core_access_term"
    __access__ = Technical(GUARD)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(40), index=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), index=True
    )
    resource: Mapped[str] = mapped_column(String(80))
    actions: Mapped[list[str]] = mapped_column(JSON)
    allow: Mapped[bool] = mapped_column(Boolean, default=True)
    org_set_id: Mapped[int | None] = mapped_column(ForeignKey("core_access_set.id"), index=True)
    customer_set_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_access_set.id"), index=True
    )
    owner_set_id: Mapped[int | None] = mapped_column(ForeignKey("core_access_set.id"), index=True)
    owner_self: Mapped[bool] = mapped_column(Boolean, default=False)
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    weekly_hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    source: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    for_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_user.id", ondelete="CASCADE"), index=True
    )
    second_factor: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class Participant(Model):
    """A user who takes part in a record and may therefore read it: recipient, member, signer."""

    __tablename__ = "core_participant"
    __access__ = Technical("matched by the wall itself on resources that declare participants")
    __table_args__ = (
        UniqueConstraint("resource", "record_id", "user_id", "role"),
        Index("ix_core_participant_user_id_resource_record_id", "user_id", "resource", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(40), default="")
