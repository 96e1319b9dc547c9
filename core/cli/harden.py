"""`sunmao db harden`: PostgreSQL itself keeps rows to those who may see them."""

import click
from flask.cli import with_appcontext

from core.access.hardening import plan, run, undo
from core.access.wall_state import functions_of, remembered, tables_of
from core.actor import acting_as, system_actor
from core.addons import schema
from core.addons.models import bump
from core.addons.registry import registry
from core.config import site_config
from core.database import Model
from core.errors import DomainError

ROLE = "sunmao_app"
DONE = """Done. Now, for the servers and workers:
  1. let {role} sign in to the database: a password (\\password {role} in psql), or pg_hba.conf
  2. database_url: the same address, as {role}; without database_owner_url
  3. restart them
For sunmao db and sunmao addon on the command line: SUNMAO_DATABASE_OWNER_URL, this address."""


@click.command("harden")
@click.option("--role", help=f"The application's role, made if it is not there. [{ROLE}]")
@click.option("--dry-run", is_flag=True, help="Print the SQL and do nothing.")
@click.option("--undo", "lift", is_flag=True, help="Lift the policies; the role stays usable.")
@with_appcontext
def harden(*, role: str | None, dry_run: bool, lift: bool) -> None:
    """Put every table with protected rows under row-level security; may be run again at any time.

    Needs the address of the owner of the tables: SUNMAO_DATABASE_OWNER_URL, or database_url as
    long as that is the owner's.
    """
    config = site_config()
    with schema.schema_engine(config).connect() as connection:
        if connection.dialect.name != "postgresql":
            raise click.ClickException("SQLite has no row-level security; this needs PostgreSQL")
    try:
        with acting_as(system_actor("command line")), schema.alone(config) as connection:
            name = role or remembered(functions_of(connection)) or ROLE
            if not lift:
                _require_all(set(tables_of(connection)))
            statements = undo(connection) if lift else plan(connection, Model.metadata, name)
            if dry_run:
                click.echo("".join(f"{one};\n" for one in statements), nl=False)
                return
            run(connection, statements)
            if statements:
                for counter in ("code_version", "module_version"):  # as when code is reloaded
                    bump(connection, counter)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if not statements:
        click.echo("Nothing to do: the site is " + ("not hardened." if lift else "hardened."))
    elif lift:
        click.echo("The policies are lifted. Restart the servers and workers.")
    else:
        click.echo(DONE.format(role=name))


def _require_all(tables: set[str]) -> None:
    """Refuse to harden while tables stand there whose declarations this process did not load."""
    if registry().safe_mode:
        raise click.ClickException(
            "in safe mode the tables of add-ons would stay open, so nothing was changed; "
            "run it without safe mode"
        )
    failed = sorted(name for name in registry().faults if f"{name}_version" in tables)
    if failed:
        raise click.ClickException(
            f"add-ons that cannot be loaded have tables, which would stay open: "
            f"{', '.join(failed)}; nothing was changed. sunmao addon doctor names the cause"
        )
