"""`sunmao addon …`: the same acts as on the page of add-ons, with the same previews."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import click
from flask.cli import with_appcontext

from core.actor import acting_as, system_actor
from core.addons import lifecycle, schema
from core.addons.previews import ACTS, Act, Line, Preview
from core.addons.registry import registry
from core.addons.status import statuses
from core.cli.scaffold import new
from core.config import site_config
from core.errors import DomainError
from core.i18n import gettext as _
from core.unit_of_work import read_only


@click.group("addon")
def addon() -> None:
    """Write, list, plan, enable, disable, uninstall and purge add-ons; find out what is wrong."""


addon.add_command(new)


@addon.command("list")
@with_appcontext
def list_addons() -> None:
    """Show every add-on and how it stands."""
    with _as_operator(), read_only() as session:
        for one in statuses(session, registry()):
            line = f"{one.name:<16} {one.version:<10} {one.standing:<10} {one.shown_title}"
            click.echo(f"{line}  ! {one.fault}" if one.fault else line)


@addon.command("plan")
@click.argument("act", type=click.Choice(ACTS))
@click.argument("name")
@with_appcontext
def plan(act: str, name: str) -> None:
    """Show what an act would do, and do nothing."""
    with _as_operator():
        found = lifecycle.look(cast("Act", act), name)
    _show(found)
    if not found.possible:
        raise SystemExit(1)


@addon.command("enable")
@click.argument("names", nargs=-1, required=True)
@click.option("--reason", default="", help="Stands in the audit trail.")
@with_appcontext
def enable(names: tuple[str, ...], *, reason: str) -> None:
    """Switch add-ons on, with all they need; those that are on already stay so."""
    with _as_operator():
        for name in names:
            if name in registry().switchboard.current(fresh=True):
                click.echo(_("%(name)s is enabled already.", name=name))
                continue
            done = lifecycle.enable(name, reason=reason)
            click.echo(_("Enabled: %(names)s", names=", ".join(done.steps)))


@addon.command("disable")
@click.argument("name")
@click.option("--reason", default="", help="Stands in the audit trail.")
@with_appcontext
def disable(name: str, *, reason: str) -> None:
    """Switch an add-on off; all of its data is kept."""
    _act(lambda: lifecycle.disable(name, reason=reason))
    click.echo(_("%(name)s is disabled; all of its data is kept.", name=name))


@addon.command("uninstall")
@click.argument("name")
@click.option("--reason", default="", help="Stands in the audit trail.")
@with_appcontext
def uninstall(name: str, *, reason: str) -> None:
    """Archive an add-on that is off; its tables are untouched."""
    _act(lambda: lifecycle.uninstall(name, reason=reason))
    click.echo(_("%(name)s is uninstalled; its tables are untouched.", name=name))


@addon.command("purge")
@click.argument("name")
@click.option("--confirm", help="The add-on's name once more; asked for if left out.")
@click.option("--reason", default="", help="Stands in the audit trail.")
@with_appcontext
def purge(name: str, *, confirm: str | None, reason: str) -> None:
    """Copy an archived add-on's tables to CSV, then drop them."""
    if confirm is None:
        with _as_operator():
            _show(lifecycle.look("purge", name))
        confirm = click.prompt(_("Type the name %(name)s to confirm.", name=name))
    folder = _act(lambda: lifecycle.purge(name, confirmation=confirm, reason=reason))
    click.echo(_("Purged; copies of its tables are in %(folder)s.", folder=folder))


@addon.command("reload")
@with_appcontext
def reload_code() -> None:
    """Make every gunicorn worker start again with the code that is on disk now."""
    _act(lifecycle.reload_code)
    click.echo(_("Every worker starts again with the present code after its next request."))


@addon.command("doctor")
@with_appcontext
def doctor() -> None:
    """Name everything that is wrong; the exit code is 1 if anything is."""
    with _as_operator():
        faults = lifecycle.examine()
    for fault in faults:
        click.echo(f"{fault.addon}: [{fault.stage}] {fault}")
        if fault.trace:
            click.echo("    " + fault.trace.strip().replace("\n", "\n    "))
    if faults:
        raise SystemExit(1)
    click.echo(_("All add-ons are well."))


@contextmanager
def _as_operator() -> Iterator[None]:
    if schema.current(site_config(), schema.history_of(schema.CORE)) is None:
        raise click.ClickException("the database has no tables yet: run sunmao db upgrade")
    try:
        with acting_as(system_actor("command line")):
            yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def _act(act: Callable[[], Any]) -> Any:
    with _as_operator():
        return act()


def _show(found: Preview) -> None:
    sections: tuple[tuple[str, tuple[Line, ...]], ...] = (
        (_("Brings"), found.brings),
        (_("Hides or ends"), found.ends),
        (_("Keeps"), found.keeps),
    )
    for title, lines in sections:
        if lines:
            click.echo(f"{title}:")
        for line in lines:
            count = "" if line.count is None else f"{line.count:,}"
            click.echo(f"{count:>10}  {line.words}")
    for obstacle in found.obstacles:
        click.echo(f"! {obstacle}")
