"""Which add-ons are on, the counters that every process follows, and the processes themselves."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, get_args

from sqlalchemy import JSON, Integer, String, UniqueConstraint, insert, update
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.clock import now
from core.database import SILENT, Model, UtcDateTime

EPOCH_ID = 1


class State(StrEnum):
    """What administrators decided; failed, blocked and missing are derived, never stored."""

    AVAILABLE = "available"
    ENABLED = "enabled"
    DISABLED = "disabled"
    ARCHIVED = "archived"


class Addon(Model):
    """One add-on that was ever touched; those that never were have no row."""

    __tablename__ = "core_addon"
    __access__ = Technical("lifecycle of add-ons; guarded by core.addon configure")

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=State.AVAILABLE)
    version: Mapped[str] = mapped_column(String(40), default="")
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    fault: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class AddonAct(Model):
    """The act that runs just now on any add-on of the site, in one row; no token: none runs."""

    __tablename__ = "core_addon_act"
    __access__ = Technical("the lease of acts on add-ons; guarded by core.addon configure")

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(40))
    addon: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(120))
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int] = mapped_column(Integer)
    process: Mapped[str] = mapped_column(String(120))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CoreEpoch(Model):
    """One row of counters; each tells processes that something they cache has changed."""

    __tablename__ = "core_epoch"
    __access__ = Technical("counters read with every request")

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    module_version: Mapped[int] = mapped_column(Integer, default=1)
    rights_version: Mapped[int] = mapped_column(Integer, default=1)
    code_version: Mapped[int] = mapped_column(Integer, default=1)
    settings_version: Mapped[int] = mapped_column(Integer, default=1)


class Worker(Model):
    """One server or worker process as it last reported."""

    __tablename__ = "core_worker"
    __table_args__ = (UniqueConstraint("host", "pid"),)
    __access__ = Technical("processes of the site; guarded by core.addon configure")

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(16), default="web")
    module_version: Mapped[int] = mapped_column(Integer, default=0)
    code_version: Mapped[int] = mapped_column(Integer, default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


Counter = Literal["module_version", "rights_version", "code_version", "settings_version"]
COUNTERS: tuple[Counter, ...] = get_args(Counter)


def bump(session: Any, counter: Counter) -> None:
    """Raise a counter by one; whoever raises it next waits for the caller's commit."""
    column = CoreEpoch.__table__.c[counter]
    raised = session.execute(
        update(CoreEpoch).where(CoreEpoch.id == EPOCH_ID).values({counter: column + 1}),
        execution_options=SILENT,
    )
    if raised.rowcount == 0:
        counters = dict.fromkeys(COUNTERS, 1) | {counter: 2}
        session.execute(insert(CoreEpoch).values(id=EPOCH_ID, **counters))
