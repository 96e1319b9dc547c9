"""What the administrator's pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.addons.catalogue import discover
from core.addons.faults import Words
from core.addons.leases import holder_in
from core.addons.lifecycle import RESOURCE
from core.addons.models import Worker
from core.addons.registry import registry
from core.addons.status import AddonStatus, Standing, statuses, workers
from core.audit.models import AuditEntry
from core.audit.words import action_words
from core.config import site_config
from core.i18n import lazy_gettext as _l
from core.unit_of_work import read_only

TABS = {
    "all": _l("All"),
    "enabled": _l("Enabled"),
    "available": _l("Can be enabled"),
    "trouble": _l("Need attention"),
}
HISTORY_LIMIT = 100
OFF = frozenset({Standing.AVAILABLE, Standing.DISABLED, Standing.ARCHIVED})


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


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of an administrator on an add-on."""

    at: datetime
    actor: str
    name: str
    act: str
    reason: str


def overview(*, tab: str) -> Overview:
    """Return the cards of a tab, the counts of all tabs, the processes."""
    found = registry()
    with read_only() as session:
        every = tuple(statuses(session, found))
        seen = workers(session)
        holder = holder_in(session.connection())
    chosen = tab if tab in TABS else "all"
    tabs = tuple(
        Tab(key, str(title), sum(_in_tab(one, key) for one in every), key == chosen)
        for key, title in TABS.items()
    )
    on_disk = discover(site_config().manifests).fingerprint()
    return Overview(
        every=every,
        shown=tuple(one for one in every if _in_tab(one, chosen)),
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


def acts_history(record_id: int | None = None) -> list[Deed]:
    """Return the acts on one add-on, or on all, the newest first."""
    statement = select(AuditEntry).where(AuditEntry.resource == RESOURCE)
    if record_id is not None:
        statement = statement.where(AuditEntry.record_id == record_id)
    words = action_words()
    with read_only() as session:
        rows = session.scalars(statement.order_by(AuditEntry.id.desc()).limit(HISTORY_LIMIT))
        return [
            Deed(
                at=row.at,
                actor=row.actor_label,
                name=row.label,
                act=words.get(row.action, row.action),
                reason=row.reason,
            )
            for row in rows
        ]


def _in_tab(one: AddonStatus, tab: str) -> bool:
    match tab:
        case "enabled":
            return one.standing == Standing.ENABLED
        case "available":
            return one.standing in OFF
        case "trouble":
            return one.in_trouble
        case _:
            return True
