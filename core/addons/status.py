"""How every add-on stands, for the admin page, the command line and the doctor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.addons import schema
from core.addons.faults import AddonFaultError, Fault, words
from core.addons.graph import needed_by
from core.addons.leases import holder_in, interruption
from core.addons.manifest import Bilingual, Manifest
from core.addons.models import Addon, State, Worker
from core.addons.previews import CODE_GONE
from core.addons.registry import Registry, registry
from core.config import Config
from core.i18n import join_words
from core.unit_of_work import current_session


class Standing(StrEnum):
    """The state that people see: what was decided, unless something is in the way."""

    AVAILABLE = "available"
    ENABLED = "enabled"
    DISABLED = "disabled"
    ARCHIVED = "archived"
    FAILED = "failed"
    BLOCKED = "blocked"
    MISSING = "missing"
    INTERRUPTED = "interrupted"


KINDS = {
    "missing": Standing.MISSING,
    "dependency": Standing.BLOCKED,
    "interrupted": Standing.INTERRUPTED,
}
TROUBLE = frozenset({Standing.FAILED, *KINDS.values()})


@dataclass(frozen=True, slots=True)
class AddonStatus:
    """One add-on as it stands; `manifest` is None when it cannot be read or is gone."""

    name: str
    standing: Standing
    decided: State
    manifest: Manifest | None
    source: str
    version: str
    title: Bilingual
    fault: Fault | None = None
    needed_by: tuple[str, ...] = ()
    changed_at: datetime | None = None
    changed_by: str = ""
    record_id: int | None = None

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return str(self.title)

    @property
    def summary(self) -> str:
        """The summary in the reader's language; empty without a manifest."""
        return str(self.manifest.summary) if self.manifest else ""

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts that make sense for this state, the usual one first."""
        by_decision = {
            State.AVAILABLE: ("enable",),
            State.ENABLED: ("disable",),
            State.DISABLED: ("enable", "uninstall"),
            State.ARCHIVED: ("enable", "purge"),
        }
        acts = by_decision[self.decided]
        if self.manifest is None or self.standing == Standing.MISSING:
            return tuple(act for act in acts if act != "enable")
        return acts

    @property
    def in_trouble(self) -> bool:
        """Tell whether an administrator should look at it."""
        return self.standing in TROUBLE


def statuses(session: Session, found: Registry) -> list[AddonStatus]:
    """Return every add-on that is offered or was ever touched, by sequence and name."""
    rows = {row.name: row for row in session.scalars(select(Addon))}
    enabled = {name for name, row in rows.items() if row.state == State.ENABLED}
    touched = {name for name, row in rows.items() if row.state != State.AVAILABLE}
    names = sorted(touched | found.catalogue.found.keys() | found.catalogue.faults.keys())
    holder = holder_in(session.connection())
    cut = interruption(found, holder) if holder is not None and holder.gone else None
    result = [
        _status(
            name, rows.get(name), found, enabled, cut=cut if cut and cut.addon == name else None
        )
        for name in names
    ]
    return sorted(result, key=lambda s: (s.manifest.sequence if s.manifest else 9999, s.name))


def workers(session: Session) -> Sequence[Worker]:
    """Return the processes that reported lately, the newest report first."""
    return session.scalars(select(Worker).order_by(Worker.seen_at.desc())).all()


def doctor(session: Session, found: Registry, config: Config) -> list[Fault]:
    """Return everything that is wrong with the add-ons of this site; empty when all is well."""
    result: list[Fault] = []
    if not schema.is_current(config, schema.history_of(schema.CORE)):
        said = words("The database is not at the core's newest migration: run sunmao db upgrade.")
        result.append(Fault("core", "migration", said))
    for one in statuses(session, found):
        if one.fault is not None:
            result.append(one.fault)
        elif one.standing == Standing.ENABLED and one.manifest is not None:
            result += _unmigrated(one.manifest, config)
    return result


def _unmigrated(manifest: Manifest, config: Config) -> list[Fault]:
    try:
        history = schema.history_of(manifest.name, manifest.package)
        if schema.is_current(config, history):
            return _differing(manifest, config, history)
    except AddonFaultError as fault:
        return [fault.of(manifest.name)]
    said = words("Its tables are not at its newest migration: run sunmao db upgrade.")
    return [Fault(manifest.name, "migration", said)]


def _differing(manifest: Manifest, config: Config, history: schema.History) -> list[Fault]:
    differences = schema.differences(config, history)
    if not differences:
        return []
    said = words(
        "Its tables are not what its models say (%(difference)s): write a migration with sunmao db "
        'revision %(name)s "say what changed", then run sunmao db upgrade.',
        difference=_in_words(differences[0]),
        name=manifest.name,
    )
    return [Fault(manifest.name, "migration", said)]


def _in_words(difference: Any) -> str:
    """Return the first of Alembic's differences as "add_column visits_visit.state"."""
    kind, *rest = difference if isinstance(difference, tuple) else difference[0]
    names = [one if isinstance(one, str) else getattr(one, "name", None) for one in rest[:3]]
    return f"{kind} {'.'.join(name for name in names if name)}"


def _status(
    name: str, row: Addon | None, found: Registry, enabled: set[str], *, cut: Fault | None
) -> AddonStatus:
    offered = found.catalogue.found.get(name)
    manifest = offered.manifest if offered else None
    decided = State(row.state) if row else State.AVAILABLE
    fault = cut or _fault(name, row, found, enabled)
    standing = Standing(decided)
    if fault is not None:
        standing = KINDS.get(fault.stage, Standing.FAILED)
    manifests = found.catalogue.manifests
    return AddonStatus(
        name=name,
        standing=standing,
        decided=decided,
        manifest=manifest,
        source=offered.source if offered else "",
        version=manifest.version if manifest else (row.version if row else ""),
        title=_title(name, manifest, row),
        fault=fault,
        needed_by=tuple(n for n in sorted(manifests) if name in needed_by(n, manifests)),
        changed_at=row.changed_at if row else None,
        changed_by=row.changed_by if row else "",
        record_id=row.id if row else None,
    )


def _fault(name: str, row: Addon | None, found: Registry, enabled: set[str]) -> Fault | None:
    if name in found.faults:
        return found.faults[name]
    offered = found.catalogue.found.get(name)
    if offered is None or not offered.is_here:
        return Fault(name, "missing", CODE_GONE)
    if row is not None and row.fault:
        return Fault.from_json(name, row.fault)
    if name in enabled:
        off = sorted(needed_by(name, found.catalogue.manifests) - enabled)
        if off:
            said = words("It needs %(needed)s, which is disabled.", needed=off[0])
            return Fault(name, "dependency", said)
    return None


def _title(name: str, manifest: Manifest | None, row: Addon | None) -> Bilingual:
    if manifest is not None:
        return manifest.title
    stored = row.manifest.get("title") if row else None
    return Bilingual(**stored) if stored else Bilingual(zh=name, en=name)


def disabled_titles() -> str:
    """Return the titles of the disabled add-ons in the reader's language, "" without any."""
    names = current_session().scalars(select(Addon.name).where(Addon.state == State.DISABLED))
    return join_words(registry().title_of(name) for name in sorted(names))
