"""An add-on's tables as the database has them, and what else is left of a purged one."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, delete, func, inspect, select
from sqlalchemy.orm import Session

from core.access.models import Participant
from core.addons.owning import changing_tables
from core.addons.schema import (
    Check,
    History,
    can_take_down,
    migrating,
    schema_engine,
    take_down,
    unchecked,
)
from core.clock import now
from core.config import Config
from core.files.models import Attachment
from core.jobs.models import Job, JobState
from core.notifications.models import Notification
from core.remarks.models import Follower, Remark
from core.settings.models import Setting
from core.web.saved_views import SavedView

BATCH = 1_000


def row_counts(config: Config, history: History) -> dict[str, int]:
    """Return how many rows each table of a history holds, in all, whoever asks."""
    with schema_engine(config).connect() as connection:
        return _counts(connection, history)


def pointing_at(config: Config, history: History) -> Mapping[str, set[str]]:
    """Return tables of others that hold foreign keys to the history's tables: table → targets."""
    with schema_engine(config).connect() as connection:
        return _pointing(connection, history)


def _counts(connection: Connection, history: History) -> dict[str, int]:
    names = inspect(connection).get_table_names()
    return {
        name: connection.execute(select(func.count()).select_from(_bare(name))).scalar_one()
        for name in sorted(names)
        if history.owns(name)
    }


def _pointing(connection: Connection, history: History) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    inspector = inspect(connection)
    for name in inspector.get_table_names():
        if history.owns(name):
            continue
        targets = {key["referred_table"] for key in inspector.get_foreign_keys(name)}
        own = {target for target in targets if history.owns(target)}
        if own:
            found[name] = own
    return found


@dataclass(frozen=True, slots=True)
class Copies:
    """The folder of the copies, and how many rows of each table they hold."""

    folder: Path
    rows: dict[str, int]


def save_copies(config: Config, history: History) -> Copies:
    """Write every table as CSV below instance/exports, from one snapshot.

    Values are the stored ones (money in minor units, instants in UTC): this is a safety copy, not
    a report. A folder whose name ends in .part was never finished.
    """
    stamp = now().strftime("%Y%m%d-%H%M%S-%f")
    folder = config.instance / "exports" / f"{history.owner}-{stamp}"
    part = folder.with_name(f"{folder.name}.part")
    part.mkdir(parents=True, exist_ok=False)
    with schema_engine(config).connect() as opened:
        connection = opened.execution_options(stream_results=True)
        if opened.dialect.name == "postgresql":  # one moment for all tables; SQLite's is always
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        counts = _counts(connection, history)
        for name in counts:
            table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
            rows = connection.execute(select(table)).yield_per(BATCH)
            with (part / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(rows.keys())
                writer.writerows(rows)
    part.rename(folder)
    return Copies(folder, counts)


def drop(config: Config, history: History, *, check: Check = unchecked) -> None:
    """Drop all tables of a history in one transaction, by its migrations as far as they are there.

    `check` is asked in that transaction, before anything is dropped.
    """
    with migrating(config) as connection:
        check(connection)
        with changing_tables(connection, history.owns):
            if can_take_down(connection, history):
                take_down(connection, history)
            _drop_left(connection, history)


def changed_since(connection: Connection, history: History, copies: Copies) -> str | None:
    """Return a table that differs from its copy in rows, or of others that refers to one now."""
    counts, pointing = _counts(connection, history), _pointing(connection, history)
    names = sorted(counts.keys() | copies.rows.keys())
    changed = (name for name in names if counts.get(name) != copies.rows.get(name))
    return next(iter(pointing), None) or next(changed, None)


def _drop_left(connection: Connection, history: History) -> None:
    """Drop what no migration is there to drop: the code is gone, or a table was left behind."""
    metadata = MetaData()
    names = inspect(connection).get_table_names()
    mine = [n for n in names if history.owns(n) or n == history.version_table]
    if mine:
        metadata.reflect(connection, only=mine, resolve_fks=False)
        metadata.drop_all(connection, tables=[metadata.tables[name] for name in mine])


def _bare(name: str) -> Table:
    return Table(name, MetaData())


def forget_traces(session: Session, name: str) -> None:
    """Delete an add-on's settings, jobs, participants, remarks, files, followers, news, views.

    Audit and events stay. A row of its tables can get an old number again after a fresh install:
    nobody may take part in it, and no remark may stand on it, because of what the number once
    meant.
    """
    own = f"{name}.%"
    for statement in (
        delete(Setting).where(Setting.key.like(own)),
        delete(Participant).where(Participant.resource.like(own)),
        delete(Remark).where(Remark.resource.like(own)),
        delete(Attachment).where(Attachment.resource.like(own)),  # their bytes are swept
        delete(Follower).where(Follower.resource.like(own)),
        delete(Notification).where(Notification.addon == name),
        delete(Job).where(Job.addon == name, Job.state == JobState.PENDING),
        delete(SavedView).where(SavedView.page.like(own)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
