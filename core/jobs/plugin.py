"""What the jobs package contributes."""

from collections.abc import Iterable
from typing import Any

import click
from flask import Blueprint

from core.cli.jobs import worker
from core.contributions import JobDef, MenuItem, Resource, Verb
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.jobs import schedule_pages  # noqa: F401 - its routes hang on the blueprint
from core.jobs.models import Job, ScheduleFire, SchedulePause
from core.jobs.tidy import TIDY
from core.jobs.views import blueprint


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables."""
    return (Job, ScheduleFire, SchedulePause)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may look after jobs."""
    return (
        Resource(
            key="core.job",
            title=_l("Background jobs"),
            actions=(Verb.QUERY, Verb.UPDATE),
            dimensions=(),
        ),
    )


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the administrator's page."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give its menu entry."""
    return (
        MenuItem(
            title=_l("Background jobs"),
            endpoint="jobs.index",
            needs=("core.job", Verb.QUERY),
            icon="clock",
            section="system",
            order=60,
        ),
        MenuItem(
            title=_l("Schedules"),
            endpoint="jobs.schedules",
            needs=("core.job", Verb.QUERY),
            parent="jobs.index",
            section="system",
            order=61,
        ),
    )


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare the housekeeping of the table itself."""
    return (TIDY,)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Give `sunmao worker`."""
    return (worker,)
