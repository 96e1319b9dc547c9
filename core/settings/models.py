"""Stored settings and the trail of their changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import Model, UtcDateTime


class Setting(Model):
    """A setting that an administrator changed; what is not here has its declared default."""

    __tablename__ = "core_setting"
    __access__ = Technical("read by code everywhere; changed on a page that needs core.setting")

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SettingChange(Model):
    """One change of one setting; never altered."""

    __tablename__ = "core_setting_change"
    __access__ = Technical("shown on the page that needs core.setting")

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), index=True)
    old: Mapped[Any] = mapped_column(JSON)
    new: Mapped[Any] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_user_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(String(200))
