"""What the accounts package contributes."""

from collections.abc import Iterable
from typing import Any

import click
from flask import Blueprint

from core.accounts import account_pages, admin_pages, login_pages, token_pages
from core.accounts.blueprint import blueprint
from core.accounts.field_titles import name_accounts
from core.accounts.lists import USERS
from core.accounts.models import LoginAttempt, LoginSession, User
from core.accounts.resources import RESOURCES, TOKEN, USER
from core.accounts.tidy import TIDY
from core.accounts.token_models import ApiToken
from core.accounts.tokens import LONGEST_LIFE
from core.cli.users import user
from core.contributions import JobDef, MenuItem, Resource, SettingDef, Verb
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l

PAGES = (login_pages, account_pages, admin_pages, token_pages)  # importing them mounts their views


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables and their fields."""
    name_accounts()
    return (User, LoginSession, LoginAttempt, ApiToken)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may look after accounts."""
    return RESOURCES


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give sign-in, the own account and the administrator's pages."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give the administrator's entry; the own account is behind the name in the top bar."""
    return (
        MenuItem(
            title=_l("User accounts"),
            endpoint="accounts.users",
            needs=(USER, Verb.QUERY),
            icon="user",
            section="system",
            order=20,
            searches=USERS,
        ),
        MenuItem(
            title=_l("New user account"),
            endpoint="accounts.new_user",
            needs=(USER, Verb.CREATE),
            icon="user",
            section="create",
            order=82,
        ),
        MenuItem(
            title=_l("API tokens"),
            endpoint="accounts.all_tokens",
            needs=(TOKEN, Verb.QUERY),
            icon="lock",
            section="system",
            order=25,
        ),
    )


@hookimpl
def register_settings() -> Iterable[SettingDef]:
    """Declare how long a token may live."""
    return (
        SettingDef(
            key=LONGEST_LIFE,
            title=_l("Longest life of an API token, in days"),
            type="int",
            default=365,
            minimum=1,
            maximum=1_095,
            help=_l("Tokens made before keep theirs."),
        ),
    )


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare the housekeeping."""
    return (TIDY,)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Give `sunmao user`."""
    return (user,)
