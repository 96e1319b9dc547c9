"""What the administrator's pages show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.addons.catalogue import discover
from core.addons.faults import Words
from core.addons.leases import holder_in
from core.addons.lifecycle import RESOURCE
from core.addons.models import Worker
from core.addons.registry import registry
from core.addons.status import AddonStatus, Standing, statuses, workers
from core.audit.models import AuditEntry
from core.config import site_config
from core.i18n import lazy_gettext as _l
from core.unit_of_work import read_only

OFF = frozenset({Standing.AVAILABLE, Standing.DISABLED, Standing.ARCHIVED})
TABS: Mapping[str, tuple[Any, Callable[[AddonStatus], bool]]] = {
    "all": (_l("All"), lambda _one: True),
    "enabled": (_l("Enabled"), lambda one: one.standing == Standing.ENABLED),
    "available": (_l("Can be enabled"), lambda one: one.standing in OFF),
    "trouble": (_l("Need attention"), lambda one: one.in_trouble),
}
HISTORY_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab with its count."""

    key: str
    title: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of cards."""

    every: tuple[AddonStatus, ...]
    shown: tuple[AddonStatus, ...]
    tabs: tuple[Tab, ...]
    workers: Sequence[Worker]
    safe_mode: bool
    new_code: bool
    running: Words | None


def overview(*, tab: str) -> Overview:
    """Return the cards of a tab, the counts of all tabs, the processes."""
    found = registry()
    with read_only() as session:
        every = tuple(statuses(session, found))
        seen = workers(session)
        holder = holder_in(session.connection())
    chosen = tab if tab in TABS else "all"
    tabs = tuple(
        Tab(key, str(title), sum(map(fits, every)), key == chosen)
        for key, (title, fits) in TABS.items()
    )
    on_disk = discover(site_config().manifests).fingerprint()
    return Overview(
        every=every,
        shown=tuple(filter(TABS[chosen][1], every)),
        tabs=tabs,
        workers=seen,
        safe_mode=found.safe_mode,
        new_code=on_disk != found.catalogue.fingerprint(),
        running=holder.words if holder is not None and not holder.gone else None,
    )


def find_status(name: str) -> AddonStatus | None:
    """Return one add-on's status, or None if nobody ever heard of it."""
    with read_only() as session:
        return next((one for one in statuses(session, registry()) if one.name == name), None)


def acts_history(record_id: int | None = None) -> Sequence[AuditEntry]:
    """Return the acts on one add-on, or on all, the newest first."""
    statement = select(AuditEntry).where(AuditEntry.resource == RESOURCE)
    if record_id is not None:
        statement = statement.where(AuditEntry.record_id == record_id)
    with read_only() as session:
        newest = statement.order_by(AuditEntry.id.desc()).limit(HISTORY_LIMIT)
        return session.scalars(newest).all()
