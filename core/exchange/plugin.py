"""What the exchange package contributes."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.contributions import JobDef, MenuItem, Slot
from core.exchange import export_views
from core.exchange.access import imports_anything
from core.exchange.api import api, exports
from core.exchange.export_job import EXPORT_JOB
from core.exchange.importing import JOBS
from core.exchange.models import ImportRowError, ImportRun
from core.exchange.slots import SLOTS
from core.exchange.views import blueprint
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables."""
    return (ImportRun, ImportRowError)


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the wizard and its programming interface."""
    return (blueprint, export_views.blueprint, api, exports)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give the wizard's menu entry."""
    return (
        MenuItem(
            title=_l("Imports"),
            endpoint="exchange.index",
            icon="upload",
            section="personal",
            order=90,
            when=imports_anything,
        ),
    )


@hookimpl
def register_slots() -> Iterable[Slot]:
    """Give the panel of the start page with what runs or failed."""
    return SLOTS


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare the jobs of imports and exports and their housekeeping."""
    return (*JOBS, EXPORT_JOB)
