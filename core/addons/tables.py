"""An add-on's tables as the database has them: rows, who points at them, copies."""

import csv
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import MetaData, Table, func, inspect, select

from core.addons.schema import History, schema_engine
from core.clock import now
from core.config import Config

BATCH = 1_000


def row_counts(config: Config, history: History) -> dict[str, int]:
    """Return how many rows each table of a history holds, in all, whoever asks."""
    with schema_engine(config).connect() as connection:
        names = inspect(connection).get_table_names()
        return {
            name: connection.execute(select(func.count()).select_from(_bare(name))).scalar_one()
            for name in sorted(names)
            if history.owns(name)
        }


def pointing_at(config: Config, history: History) -> Mapping[str, set[str]]:
    """Return tables of others that hold foreign keys to the history's tables: table → targets."""
    found: dict[str, set[str]] = {}
    inspector = inspect(schema_engine(config))
    for name in inspector.get_table_names():
        if history.owns(name):
            continue
        targets = {key["referred_table"] for key in inspector.get_foreign_keys(name)}
        own = {target for target in targets if history.owns(target)}
        if own:
            found[name] = own
    return found


def save_copies(config: Config, history: History) -> Path:
    """Write every table as CSV below instance/exports, from one snapshot; return the folder.

    Values are the stored ones (money in minor units, instants in UTC): this is a safety copy, not
    a report.
    """
    stamp = now().strftime("%Y%m%d-%H%M%S")
    folder = config.instance / "exports" / f"{history.owner}-{stamp}"
    folder.mkdir(parents=True, exist_ok=False)
    with schema_engine(config).connect() as opened:
        connection = opened.execution_options(stream_results=True)
        for name in inspect(connection).get_table_names():
            if not history.owns(name):
                continue
            table = Table(name, MetaData(), autoload_with=connection)
            rows = connection.execute(select(table)).yield_per(BATCH)
            path = folder / f"{name}.csv"
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(rows.keys())
                writer.writerows(rows)
    return folder


def drop_left(config: Config, history: History) -> None:
    """Drop what no migration is there to drop: the code is gone, or a table was left behind."""
    engine = schema_engine(config, writing=True)
    with engine.begin() as connection:
        metadata = MetaData()
        names = inspect(connection).get_table_names()
        mine = [n for n in names if history.owns(n) or n == history.version_table]
        if mine:
            metadata.reflect(connection, only=mine, resolve_fks=False)
            metadata.drop_all(connection, tables=[metadata.tables[name] for name in mine])


def _bare(name: str) -> Table:
    return Table(name, MetaData())
