"""`sunmao health`: the checks of the health page on the command line."""

import sys

import click
from flask.cli import with_appcontext

from core.actor import system_actor
from core.health.checks import report, worst
from core.unit_of_work import read_only

MARKS = {"ok": "ok  ", "warn": "WARN", "bad": "BAD "}


@click.command("health")
@with_appcontext
def health() -> None:
    """Check the site; end with 1 when something is bad, with 0 when only warnings are left."""
    with read_only(system_actor("sunmao health")):
        findings = report()
    for one in findings:
        click.echo(f"{MARKS[one.state]}  {one.title}: {one.said}")
    sys.exit(int(worst(findings) == "bad"))
