"""`sunmao backup`: a consistent copy of an SQLite site while people work."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click
from flask.cli import with_appcontext

from core.database import db


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
