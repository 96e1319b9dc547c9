"""`sunmao demo`: make the demonstration site; a second run only fills what is missing."""

import click
from flask import current_app
from flask.cli import with_appcontext

from core.actor import Actor, acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.cli.assets import fetch_missing
from core.config import site_config
from core.demo.organisation import FILE, keep_table, seed_logins, seed_organisation
from core.demo.working_days import seed_work_calendar
from core.unit_of_work import unit_of_work

OPERATOR = system_actor("demo")


@click.group("demo")
def demo() -> None:
    """Make an invented department on which everything can be tried, with accounts for it."""


@demo.command("prepare")
@with_appcontext
def prepare() -> None:
    """Migrate, enable the shipped add-ons, add people, accounts and data, print the logins."""
    with acting_as(OPERATOR):
        prepare_site(OPERATOR)
    click.echo("browser files …")
    fetch_missing(site_config().instance / "assets", source=None)
    show_logins()


@demo.command("logins")
@with_appcontext
def logins() -> None:
    """Print the table of demonstration logins again."""
    show_logins()


def prepare_site(operator: Actor) -> None:
    """Bring the site from whatever it is to a complete demonstration."""
    config = site_config()
    click.echo("tables …")
    lifecycle.upgrade_site(config)
    click.echo("department and accounts …")
    with unit_of_work(operator) as session:
        seed_organisation(session)
        made = seed_logins(session)
        seed_work_calendar(session)
    keep_table(config.instance, made)
    for name in registry().loaded:
        if not registry().is_on(name):
            click.echo(f"add-on {name} …")
            lifecycle.enable(name, reason="demo")
    registry().switchboard.forget()
    with current_app.app_context():  # one context sees one set of add-ons; this one sees the new
        for one in registry().implementations("seed_demo"):
            click.echo(f"data of {one.owner} …")
            with unit_of_work(operator) as session:
                one(session=session)


def show_logins() -> None:
    """Print the table of logins and where it is kept."""
    folder = site_config().instance
    rows = [line.split("\t") for line in keep_table(folder, ()).splitlines()]
    click.echo(f"\nLogins / 登录账号 ({folder / FILE}):\n")
    for login, password, name, role in rows:
        click.echo(f"  {login:<8} {password:<28} {name:<12} {role}")
    click.echo()
