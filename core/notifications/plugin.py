"""What the notifications package contributes."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.contributions import JobDef, Resource, SettingDef
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.notifications.api import api
from core.notifications.models import Notification
from core.notifications.resources import KEPT_DAYS, RESOURCES
from core.notifications.tidy import TIDY
from core.notifications.views import blueprint


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the table."""
    return (Notification,)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare what tokens may be given."""
    return RESOURCES


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the inbox and its programming interface."""
    return (blueprint, api)


@hookimpl
def register_settings() -> Iterable[SettingDef]:
    """Declare how long notifications are kept."""
    return (
        SettingDef(
            key=KEPT_DAYS,
            title=_l("Days for which read notifications are kept"),
            type="int",
            default=90,
            minimum=1,
            maximum=3_650,
            help=_l("Unread ones stay."),
        ),
    )


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare the housekeeping."""
    return (TIDY,)
