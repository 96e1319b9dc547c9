"""`sunmao audit`: check the trail, seal it now."""

import sys

import click
from flask.cli import with_appcontext

from core.actor import system_actor
from core.audit.sealing import seal_batch, watermark
from core.audit.verifying import note_verdict, verify
from core.unit_of_work import read_only, unit_of_work

ACTOR = system_actor("sunmao audit")


@click.group("audit")
def audit() -> None:
    """Check and seal the audit trail."""


@audit.command("verify")
@with_appcontext
def verify_command() -> None:
    """Recompute all seals; end with 1 and name the first bad row if something was changed."""
    with read_only(ACTOR) as session:
        verdict = verify(session)
    with unit_of_work(ACTOR) as session:  # the health page tells when it was, and what was found
        note_verdict(session, verdict.sealed, verdict.fault)
    if verdict.fault is not None:
        click.echo(verdict.fault, err=True)
        sys.exit(1)
    click.echo(f"{verdict.sealed} rows are sealed and whole, {verdict.waiting} wait for their seal")


@audit.command("seal")
@with_appcontext
def seal_command() -> None:
    """Seal what has been committed until now."""
    with unit_of_work(ACTOR) as session:
        until = watermark(session)
    sealed = 0
    while until is not None:
        with unit_of_work(ACTOR) as session:
            batch = seal_batch(session, until)
        sealed += batch
        if not batch:
            break
    click.echo(f"{sealed} rows sealed")
