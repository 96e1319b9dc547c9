"""`sunmao db …`, the migrations of the core and of every add-on, and `sunmao backup`."""

import importlib.util
import io
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from core.actor import acting_as, system_actor
from core.addons import lifecycle, schema
from core.addons.faults import AddonFaultError
from core.addons.registry import registry
from core.cli.harden import harden
from core.config import site_config
from core.database import db
from core.errors import DomainError


@click.group("db")
def database() -> None:
    """Bring the tables up to date, look at them, write new migrations."""


@database.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Migrate the core, then every add-on that is on or off."""
    try:
        with acting_as(system_actor("command line")):
            done = lifecycle.upgrade_site(site_config())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for owner in done:
        click.echo(f"{owner}: {_revision(owner)}")
    tell_of_left_out()


@database.command("current")
@with_appcontext
def current() -> None:
    """Show the revision of every history."""
    for owner in (schema.CORE, *registry().loaded):
        click.echo(f"{owner:<16} {_revision(owner)}")


@database.command("check")
@with_appcontext
def check() -> None:
    """Compare tables and models; the exit code is 1 if a migration is missing."""
    config, wrong = site_config(), False
    for owner in (schema.CORE, *registry().loaded):
        history = _history(owner)
        if schema.current(config, history) is None:
            continue
        for difference in schema.differences(config, history):
            click.echo(f"{owner}: {difference}")
            wrong = True
    if tell_of_left_out() or wrong:
        raise SystemExit(1)


@database.command("revision")
@click.argument("owner")
@click.argument("message")
@with_appcontext
def revision(owner: str, message: str) -> None:
    """Write the next migration of OWNER (core or an add-on) from the models."""
    config, history = site_config(), _history(owner)
    fault = registry().faults.get(owner)
    if fault is not None or (owner != schema.CORE and owner not in registry().loaded):
        # its models are not there, so that every one of its tables would look as if taken away
        said = f"{owner} could not be loaded. {fault or ''} No migration was written: mend it first"
        raise click.ClickException(f"{said}; sunmao addon doctor tells more.")
    schema.upgrade(config, history)
    lost = list(_what_goes(schema.differences(config, history)))
    with redirect_stdout(io.StringIO()):  # Alembic tells of a name that is changed right after
        written = schema.revise(config, history, message=message)
    if written and importlib.util.find_spec("ruff"):
        for act in (["check", "--fix-only"], ["format"]):
            subprocess.run([sys.executable, "-m", "ruff", *act, "-q", written], check=False)  # noqa: S603 -- our own interpreter and file
    click.echo(written or "The models and the tables are the same: nothing to write.")
    for one in lost if written else ():
        click.echo(f"Careful: it drops {one} with all that stands there.", err=True)


@database.command("downgrade")
@click.argument("owner")
@click.argument("to")
@with_appcontext
def downgrade(owner: str, to: str) -> None:
    """Take OWNER back to revision TO (-1 for the last step); for developers."""
    schema.downgrade(site_config(), _history(owner), to=to)
    click.echo(f"{owner}: {_revision(owner)}")


def tell_of_left_out() -> bool:
    """Say on the error stream which add-ons are left out and why; tell whether any is."""
    for fault in registry().faults.values():
        click.echo(f"{fault.addon} is left out. {fault}", err=True)
    return bool(registry().faults)


def _what_goes(differences: Iterable[Any]) -> Iterator[str]:
    for one in differences:
        match one:
            case ("remove_table", table):
                yield table.name
            case ("remove_column", _schema, table, column):
                yield f"{table}.{column.name}"


def _history(owner: str) -> schema.History:
    if owner == schema.CORE:
        return schema.history_of(owner)
    manifests = registry().catalogue.manifests
    if owner not in manifests:
        raise click.ClickException(f"there is no add-on called {owner}")
    try:
        return schema.history_of(owner, manifests[owner].package)
    except AddonFaultError as fault:
        raise click.ClickException(str(fault)) from fault


def _revision(owner: str) -> str:
    return schema.current(site_config(), _history(owner)) or "-"


database.add_command(harden)


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(target: Path) -> None:
    """Copy the SQLite database to TARGET and check the copy; for PostgreSQL use pg_dump -Fc."""
    url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        raise click.ClickException("this site is on PostgreSQL: use pg_dump -Fc")
    if target.exists():
        raise click.ClickException(f"{target} exists; a backup is never written over another file")
    with closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as source:
        source.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)
    with closing(sqlite3.connect(target)) as copy:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise click.ClickException(f"the copy is damaged: {verdict}")
    click.echo(f"{target}: {target.stat().st_size:,} bytes, integrity ok")
