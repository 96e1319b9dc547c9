"""`sunmao user …`: the first administrator, and accounts when nobody can sign in.

No password is ever an argument or printed: a one-time secret is, valid for a day.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from core.accounts.one_time import NewSecret
from core.accounts.queries import user_id_of, user_rows
from core.accounts.services import (
    create_user,
    reset_second_factor,
    reset_user,
    set_user_active,
)
from core.accounts.sign_in import normal_login
from core.actor import Actor, system_actor
from core.errors import DomainError
from core.i18n import gettext as _
from core.unit_of_work import read_only, unit_of_work


@click.group("user")
def user() -> None:
    """Make the first administrator; list, disable, enable and reset accounts."""


@user.command("create-admin")
@click.argument("login")
@with_appcontext
def create_admin(login: str) -> None:
    """Make an administrator and print a one-time secret for choosing the password."""
    with _as_operator() as actor, unit_of_work(actor) as session:
        made = create_user(session, login=login, is_administrator=True)
    _show(made)


@user.command("list")
@with_appcontext
def list_users() -> None:
    """Show every account."""
    with _as_operator() as actor, read_only(actor) as session:
        for row in user_rows(session):
            role = _("administrator") if row.is_administrator else ""
            state = _("enabled") if row.active else _("disabled")
            click.echo(f"{row.login:<24} {state:<10} {role:<14} {row.employee or ''}".rstrip())


@user.command("disable")
@click.argument("login")
@with_appcontext
def disable(login: str) -> None:
    """Switch an account off; its sessions end with their next request."""
    _set_active(login, active=False)


@user.command("enable")
@click.argument("login")
@with_appcontext
def enable(login: str) -> None:
    """Switch an account on again."""
    _set_active(login, active=True)


@user.command("reset")
@click.argument("login")
@with_appcontext
def reset(login: str) -> None:
    """Take the password away, end the sessions, print a one-time secret for a new one."""
    with _as_operator() as actor, unit_of_work(actor) as session:
        made = reset_user(session, _id(user_id_of(session, normal_login(login)), login))
    _show(made)


@user.command("reset-second-factor")
@click.argument("login")
@with_appcontext
def reset_factor(login: str) -> None:
    """Take a lost phone's second factor away; sessions and API tokens of the account end."""
    with _as_operator() as actor, unit_of_work(actor) as session:
        reset_second_factor(session, _id(user_id_of(session, normal_login(login)), login))
    click.echo(_("%(login)s signs in with the password alone now.", login=normal_login(login)))


def _set_active(login: str, *, active: bool) -> None:
    with _as_operator() as actor, unit_of_work(actor) as session:
        user_id = _id(user_id_of(session, normal_login(login)), login)
        set_user_active(session, user_id, active=active)
    words = _("%(login)s is enabled.") if active else _("%(login)s is disabled.")
    click.echo(words % {"login": normal_login(login)})


def _id(found: int | None, login: str) -> int:
    if found is None:
        raise click.ClickException(_("There is no account %(login)s.", login=login))
    return found


def _show(made: NewSecret) -> None:
    click.echo(_("Login: %(login)s", login=made.login))
    click.echo(_("One-time secret (valid 24 hours): %(secret)s", secret=made.secret))
    click.echo(_("Open /login/first on the site and choose a password."))


@contextmanager
def _as_operator() -> Iterator[Actor]:
    """Act as the system; turn refusals into plain messages and exit code 1."""
    try:
        yield system_actor("command line")
    except DomainError as error:
        details = [line for lines in getattr(error, "fields", {}).values() for line in lines]
        raise click.ClickException(" ".join([str(error), *map(str, details)])) from error
