"""What the programming interface contributes."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.api.measures import api
from core.api.models import ApiReply
from core.api.once import TIDY
from core.api.throttle import SETTING
from core.api.views import blueprint
from core.contributions import JobDef, SettingDef
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the table."""
    return (ApiReply,)


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the document, the reference page, and the measures."""
    return (blueprint, api)


@hookimpl
def register_settings() -> Iterable[SettingDef]:
    """Declare how often a token may ask."""
    return (
        SettingDef(
            key=SETTING,
            title=_l("Requests of one API token in a minute"),
            type="int",
            default=12_000,
            minimum=0,
            maximum=1_000_000,
            help=_l("Counted in each server process by itself; 0 means no limit."),
        ),
    )


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare the housekeeping."""
    return (TIDY,)
