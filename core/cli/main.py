"""`sunmao`: the core's commands, and each add-on's own under its name."""

from typing import Any

import click
from flask.cli import ScriptInfo

from core.addons.registry import CORE, registry
from core.app import create_app
from core.cli.addons import addon
from core.cli.assets import assets
from core.cli.audit import audit
from core.cli.demo import demo
from core.cli.health import health
from core.cli.i18n import i18n
from core.cli.jobs import worker
from core.cli.schema import backup, database
from core.cli.serve import serve
from core.cli.users import user
from core.config import ConfigError
from core.version import VERSION

COMMANDS = (addon, assets, audit, backup, database, demo, health, i18n, serve, user, worker)


class Sunmao(click.Group):
    """The core's commands; whatever else is asked for is looked up among the add-ons' commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the core's commands, then the add-ons that have some."""
        return [*super().list_commands(ctx), *sorted(addon_groups(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command of the core without building the site, else ask the add-ons."""
        return super().get_command(ctx, cmd_name) or addon_groups(ctx).get(cmd_name)


def addon_groups(ctx: click.Context) -> dict[str, click.Group]:
    """Return a group for each add-on that is on and gives commands; opens the site's context."""
    app = script_info(ctx).load_app()
    if not ctx.meta.setdefault("sunmao.context", False):
        ctx.with_resource(app.app_context())
        ctx.meta["sunmao.context"] = True
    groups: dict[str, click.Group] = {}
    site = registry()
    for command in site.commands():
        owner = site.owner_of(command)
        if owner != CORE:
            groups.setdefault(owner, click.Group(owner)).add_command(command)
    return groups


def script_info(ctx: click.Context) -> ScriptInfo:
    """Return what `with_appcontext` builds the site from."""
    if not isinstance(ctx.obj, ScriptInfo):
        safe = bool(ctx.params.get("safe"))
        ctx.obj = ScriptInfo(create_app=lambda: create_app(**({"addons": False} if safe else {})))
    return ctx.obj


@click.group(cls=Sunmao)
@click.version_option(VERSION, prog_name="sunmao")
@click.option("--safe", is_flag=True, help="Safe mode: leave every add-on out.")
@click.pass_context
def cli(ctx: click.Context, *, safe: bool) -> None:
    """Run and look after a Sunmao 榫卯 site."""
    del safe  # read from the context, which also serves --help
    script_info(ctx)


for _command in COMMANDS:
    cli.add_command(_command)


def main() -> Any:
    """Run the command line; a faulty configuration is a message, not a traceback."""
    try:
        return cli()
    except ConfigError as error:
        raise SystemExit(f"sunmao: {error}") from error


if __name__ == "__main__":
    main()
