"""One act on the add-ons of a site at a time, whoever asks and from whichever process.

The lease is one row, renewed while its holder acts. Whoever finds the holder's process gone, or its
heartbeat old, takes the lease over. Every transaction that changes tables or states looks at the
row first, so a holder that was overtaken without noticing can change nothing any more. What an act
has done that was cut short is read from the database, not guessed.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from core.actor import current_actor
from core.addons import tables
from core.addons.faults import Fault, Words, words
from core.addons.models import Addon, AddonAct, State
from core.addons.previews import history_for
from core.addons.registry import Registry
from core.addons.schema import alone, schema_engine
from core.clock import now, site_zone
from core.config import Config
from core.errors import Conflict
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work

BEAT_SECONDS = 5.0
OLD = timedelta(seconds=30)  # a heartbeat from another machine
HUNG = timedelta(minutes=5)  # a heartbeat of a process of this machine that is still there
ROW = cast("Table", AddonAct.__table__)
LOG = logging.getLogger(__name__)

ACT_WORDS: Mapping[str, Words] = {
    "enable": words("Enable"),
    "disable": words("Disable"),
    "uninstall": words("Uninstall"),
    "purge": words("Purge"),
    "upgrade": words("Bring the tables up to date"),
}
GOALS: Mapping[str, State] = {
    "enable": State.ENABLED,
    "disable": State.DISABLED,
    "uninstall": State.ARCHIVED,
    "purge": State.AVAILABLE,
}
LEFT: Mapping[str, Words] = {
    "enable": words("It is not enabled, and no row is lost: enable it again."),
    "disable": words("It is still enabled: disable it again."),
    "uninstall": words("It is still installed: uninstall it again."),
    "purge": words(
        "No table was dropped and every row is still there: purge it again, or enable it."
    ),
}
DROPPED = words(
    "Its tables are dropped; their copies are in instance/exports: purge it again to finish."
)


class Overtaken(Conflict):
    """The act lost its lease, or what it was planned on has changed: nothing more is done."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who acts (or acted, when the process ended in the middle) on which add-on."""

    token: str
    addon: str
    act: str
    actor: str
    host: str
    pid: int
    process: str
    began_at: datetime
    beat_at: datetime

    @property
    def since(self) -> str:
        """The beginning of the act in the site's zone."""
        return self.began_at.astimezone(site_zone()).strftime("%Y-%m-%d %H:%M:%S")

    @property
    def gone(self) -> bool:
        """Tell whether nobody is at work on it any more."""
        quiet = now() - self.beat_at
        mine = process_mark(os.getpid())
        if self.process and self.process.rpartition("/")[0] == mine.rpartition("/")[0]:
            return process_mark(self.pid) != self.process or quiet > HUNG
        return quiet > OLD

    @property
    def facts(self) -> dict[str, Any]:
        """What sentences about the act are filled with."""
        act = ACT_WORDS[self.act]
        more = {"pid": str(self.pid), "host": self.host}
        return {"actor": self.actor, "act": act, "since": self.since, **more}

    @property
    def words(self) -> Words:
        """Say who does what since when."""
        return words(
            "%(actor)s began “%(act)s: %(name)s” at %(since)s and it still runs "
            "(process %(pid)s on %(host)s).",
            name=self.addon,
            **self.facts,
        )


def process_mark(pid: int) -> str:
    """Return what tells a process from every other one, also a later one with its number.

    The machine's start and the namespace of numbers, then the process's own start; "" if it is
    gone (or a zombie), or if the system does not tell.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").stat().st_ino
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        return ""
    state, started = after_name.split()[0], after_name.split()[19]
    return "" if state in {"Z", "X"} else f"{boot}/{space}/{started}"


def holder_in(connection: Connection) -> Holder | None:
    """Return who holds the lease, whether still at work or gone; None if it is free."""
    row = connection.execute(select(ROW)).mappings().first()
    if row is None or not row["token"]:
        return None
    return Holder(**{key: value for key, value in row.items() if key != "id"})


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act; `followed` is who held it last and was cut short."""

    token: str
    name: str
    followed: Holder | None = None

    def check(self, connection: Connection, *, lock: bool = False) -> None:
        """Raise Overtaken if somebody else acts by now; call inside the changing transaction.

        A transaction that is not opened by `schema.alone` must `lock` the row until its end.
        """
        asked = select(ROW.c.token)
        held = connection.scalar(asked.with_for_update() if lock else asked)
        if held != self.token:
            raise Overtaken(_("%(name)s was changed by somebody else meanwhile.", name=self.name))


@contextmanager
def leased(config: Config, act: str, name: str) -> Iterator[Lease]:
    """Hold the site for one act across several transactions; raise Conflict naming who holds it."""
    lease = _take(config, act, name)
    over = threading.Event()
    pulse = threading.Thread(target=_renew, args=(config, lease.token, over), daemon=True)
    pulse.start()
    try:
        yield lease
    finally:
        over.set()
        pulse.join()
        with schema_engine(config, writing=True).begin() as connection:
            connection.execute(update(ROW).where(ROW.c.token == lease.token).values(token=""))


def _take(config: Config, act: str, name: str) -> Lease:
    with schema_engine(config).connect() as connection:  # a holder at work is told at once
        _refuse_beside(holder_in(connection))
    try:
        with alone(config) as connection:
            last = holder_in(connection)
            _refuse_beside(last)
            connection.execute(delete(ROW))
            lease = Lease(secrets.token_hex(16), name, last)
            connection.execute(
                insert(ROW).values(
                    id=1,
                    token=lease.token,
                    addon=name,
                    act=act,
                    actor=current_actor().label[:120],
                    host=socket.gethostname()[:120],
                    pid=os.getpid(),
                    process=process_mark(os.getpid()),
                    began_at=now(),
                    beat_at=now(),
                )
            )
    except OperationalError as error:
        raise Conflict(
            _("The database is still busy with a change of tables. Nothing was done; try again.")
        ) from error
    return lease


def _refuse_beside(holder: Holder | None) -> None:
    if holder is not None and not holder.gone:
        raise Conflict(
            _(
                "One act on add-ons at a time: %(who)s Nothing of yours was done; try again when "
                "that has ended.",
                who=str(holder.words),
            )
        )


def _renew(config: Config, token: str, over: threading.Event) -> None:
    """Beat until told to stop; a beat that fails (a long migration locks SQLite) is left out."""
    while not over.wait(BEAT_SECONDS):
        try:
            with schema_engine(config, writing=True).begin() as connection:
                connection.execute(update(ROW).where(ROW.c.token == token).values(beat_at=now()))
        except SQLAlchemyError:
            LOG.warning("heartbeat of an act on an add-on failed", exc_info=True)


def locked_row(session: Session, name: str) -> Addon:
    """Return the add-on's row, made if needed and locked until the unit of work ends."""
    row = session.scalar(select(Addon).where(Addon.name == name).with_for_update())
    if row is None:
        row = Addon(name=name)
        session.add(row)
        session.flush()
    return row


def keep_fault(name: str, fault: Fault) -> None:
    """Store why the last act on an add-on failed, for the admin page."""
    with unit_of_work(reason="outcome of an act on an add-on") as session:
        locked_row(session, name).fault = fault.as_json()


def interruption(found: Registry, holder: Holder) -> Fault | None:
    """Say what an act that was cut short has done and what to do; None if it had done all."""
    config: Config = found.app.config["SUNMAO"]
    with schema_engine(config).connect() as connection:
        state = connection.scalar(select(Addon.state).where(Addon.name == holder.addon))
    if holder.act not in GOALS or (state or State.AVAILABLE) == GOALS[holder.act]:
        return None
    left = LEFT[holder.act]
    if holder.act == "purge" and not tables.row_counts(config, history_for(found, holder.addon)):
        left = DROPPED
    said = words(
        "“%(act)s”, begun by %(actor)s at %(since)s, was cut short: process %(pid)s on %(host)s "
        "is gone. %(left)s",
        left=left,
        **holder.facts,
    )
    return Fault(holder.addon, "interrupted", said)
