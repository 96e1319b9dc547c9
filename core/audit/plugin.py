"""What the audit package contributes; importing it switches the recording on."""

from collections.abc import Iterable
from typing import Any

import click
from flask import Blueprint

from core.audit import recording
from core.audit.jobs import SEAL
from core.audit.models import AuditEntry, AuditSeal
from core.audit.views import blueprint
from core.cli.audit import audit
from core.contributions import JobDef, MenuItem, Resource, Verb
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l

RECORDER = recording.record_flush


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables."""
    return (AuditEntry, AuditSeal)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may read the whole trail."""
    return (
        Resource(
            key="core.audit",
            title=_l("Audit trail"),
            actions=(Verb.QUERY, Verb.EXPORT),
            dimensions=(),
        ),
    )


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the auditor's pages."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give their menu entry."""
    return (
        MenuItem(
            title=_l("Audit trail"),
            endpoint="audit.index",
            needs=("core.audit", Verb.QUERY),
            icon="history",
            section="system",
            order=70,
        ),
    )


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare the sealer."""
    return (SEAL,)


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Give `sunmao audit`."""
    return (audit,)
