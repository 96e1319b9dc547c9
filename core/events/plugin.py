"""What the events package contributes."""

from collections.abc import Iterable
from typing import Any

from core.contributions import JobDef
from core.events.delivery import JOBS
from core.events.models import Delivery, StoredEvent
from core.hookspecs import hookimpl


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables."""
    return (StoredEvent, Delivery)


@hookimpl
def register_jobs() -> Iterable[JobDef]:
    """Declare delivery and replay."""
    return JOBS
