"""Enable, disable, uninstall, purge: each previewed, leased, audited, and seen everywhere at once.

One act at a time on the site: what it is planned on is looked at under the lease. The counter is
raised by the last write of each act, so no process ever sees half of one. Migrations run between
two units of work, on a connection of their own.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.orm import Session

from core.access.elevation import elevated
from core.access.hardening import keep_hardened
from core.access.policy import recompile
from core.addons import schema, tables
from core.addons.faults import AddonFaultError, Fault, Stage, fault_of, words
from core.addons.leases import Lease, Overtaken, interruption, keep_fault, leased, locked_row
from core.addons.models import Addon, State, bump
from core.addons.previews import Act, Preview, history_for, preview
from core.addons.registry import registry
from core.addons.status import doctor
from core.addons.tables import forget_traces
from core.audit.services import record
from core.clock import now
from core.config import Config, site_config
from core.database import Model
from core.errors import NotAllowed, Refused
from core.i18n import gettext as _
from core.i18n import join_sentences
from core.jobs.models import Job, JobState
from core.unit_of_work import current_unit, read_only, unit_of_work

RESOURCE, VERB = "core.addon", "configure"
DRAIN_SECONDS = 3.0


def look(act: Act, name: str) -> Preview:
    """Return what `act` would do; raise NotAllowed without the right to configure add-ons."""
    with read_only() as session:
        _require()
        return preview(session, registry(), site_config(), act=act, name=name)


def enable(name: str, *, reason: str = "") -> Preview:
    """Switch on `name` and all it needs; raise Refused naming the obstacle or the failed step.

    Like every act it raises Conflict, having done nothing, while another act runs on the site.
    """
    with _planned("enable", name) as (plan, lease):
        for step in plan.steps:
            _guarded(step, "migration", partial(_migrate, step, lease))
            _guarded(step, "load", partial(_switch_on, step, lease, reason))
    return plan


def disable(name: str, *, reason: str = "") -> Preview:
    """Switch off `name` and keep every row; running jobs finish their present step."""
    with _planned("disable", name) as (plan, lease):
        with unit_of_work(reason=reason) as session:
            _decide(session, lease, State.DISABLED, act="disable", reason=reason)
        _drain(name)
    return plan


def uninstall(name: str, *, reason: str = "") -> Preview:
    """Archive `name`: out of sight, its tables untouched; refused while it has reasons to stay."""
    with _planned("uninstall", name) as (plan, lease), unit_of_work(reason=reason) as session:
        _decide(session, lease, State.ARCHIVED, act="uninstall", reason=reason)
    return plan


def purge(name: str, *, confirmation: str, reason: str = "") -> Path:
    """Copy an archived add-on's tables to CSV, then drop them; return the folder of the copies.

    `confirmation` must be the add-on's name as typed by the person who purges.
    """
    with _planned("purge", name) as (_plan, lease):
        if confirmation != name:
            said = _("Type the name %(name)s to confirm.", name=name)
            raise Refused(said, fields={"confirmation": [said]})
        config, history = site_config(), history_for(registry(), name)
        copies = tables.save_copies(config, history)
        check = partial(_unchanged, history, lease, copies)
        _guarded(name, "migration", lambda: tables.drop(config, history, check=check))
        with unit_of_work(reason=reason) as session:
            forget_traces(session, name)
            facts = {"rows": copies.rows, "copies": copies.folder.name}
            _decide(session, lease, State.AVAILABLE, act="purge", reason=reason, facts=facts)
    return copies.folder


def reload_code(*, reason: str = "") -> None:
    """Tell every worker to retire after its present request and start again with new code."""
    with unit_of_work(reason=reason) as session:
        _require()
        record(session, "reload", RESOURCE, None, reason=reason)
        bump(session, "code_version")
        bump(session, "module_version")


def examine() -> list[Fault]:
    """Return everything that is wrong with the add-ons; empty when all is well."""
    with read_only() as session:
        _require()
        return doctor(session, registry(), site_config())


def upgrade_site(config: Config) -> list[str]:
    """Migrate the core, then every add-on that is on or off (not archived); return the owners.

    Rights are compiled anew, for a new site has none before. Reads states past
    the session, because the tables of accounts may not exist yet.
    """
    schema.upgrade(config, schema.history_of(schema.CORE))
    done = [schema.CORE]
    with leased(config, "upgrade", schema.CORE) as lease:
        with schema.schema_engine(config).connect() as connection:
            wanted = select(Addon.name).where(Addon.state.in_((State.ENABLED, State.DISABLED)))
            names = set(connection.scalars(wanted))
        for name, manifest in registry().loaded.items():
            if name in names:
                history = schema.history_of(name, manifest.package)
                schema.upgrade(config, history, check=lease.check)
                _note_version(config, name, manifest.version)
                done.append(name)
        with schema.alone(config) as connection:
            keep_hardened(connection, Model.metadata)
    with unit_of_work(reason="upgrade") as session:
        recompile(session)
    return done


def _note_version(config: Config, name: str, version: str) -> None:
    with schema.schema_engine(config, writing=True).begin() as connection:
        connection.execute(update(Addon).where(Addon.name == name).values(version=version))


@contextmanager
def _planned(act: Act, name: str) -> Iterator[tuple[Preview, Lease]]:
    """Hold the site for an act that was found possible while nobody else can act."""
    with read_only():
        _require()
    _end_request_transaction()
    with leased(site_config(), act, name) as lease:
        cut = interruption(registry(), lease.followed) if lease.followed is not None else None
        if cut is not None:
            keep_fault(cut.addon, cut)
        plan = look(act, name)
        if not plan.possible:
            raise Refused(join_sentences(plan.obstacles))
        _end_request_transaction()
        yield plan, lease


def _require() -> None:
    if not current_unit().access.may(RESOURCE, VERB):
        raise NotAllowed(_("Only administrators may change add-ons."), missing=(RESOURCE, VERB))


def _end_request_transaction() -> None:
    """Let go of the request's own read, or PostgreSQL would wait for it for ever."""
    with read_only():
        current_unit().release()


def _guarded(name: str, stage: Stage, act: Callable[[], None]) -> None:
    """Run a step that may fail by the add-on's fault; keep the fault for the admin page."""
    try:
        act()
    except Overtaken:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever add-on code raises is its fault
        offered = registry().catalogue.found.get(name)
        fault = fault_of(name, error, offered.folder if offered else None, stage=stage)
    else:
        return
    keep_fault(name, fault)
    raise Refused(_("%(name)s was not changed. %(why)s", name=name, why=str(fault.words)))


def _migrate(name: str, lease: Lease) -> None:
    config, history = site_config(), history_for(registry(), name)
    history.heads()
    schema.upgrade(config, history, check=lease.check)
    made = tables.row_counts(config, history)
    models = [model for loaded in registry().plugged[name] for model in loaded.of("models")]
    for model in models:
        if model.__tablename__ not in made:
            said = words(
                "No migration makes its table %(table)s: write one with "
                'sunmao db revision %(name)s "add it".',
                table=model.__tablename__,
                name=name,
            )
            raise AddonFaultError("migration", said)


def _unchanged(
    history: schema.History, lease: Lease, copies: tables.Copies, connection: Connection
) -> None:
    """Look once more, in the transaction of the drop: nothing may have changed since the copies."""
    lease.check(connection)
    state = connection.scalar(select(Addon.state).where(Addon.name == history.owner))
    changed = tables.changed_since(connection, history, copies)
    if state != State.ARCHIVED or changed is not None:
        raise Overtaken(
            _(
                "%(what)s was changed while its copies were written. Nothing was dropped; look "
                "again.",
                what=changed or history.owner,
            )
        )


def _switch_on(name: str, lease: Lease, reason: str) -> None:
    with unit_of_work(reason=reason) as session:
        _call("addon_enabled", name)
        _decide(session, lease, State.ENABLED, act="enable", reason=reason, name=name)


def _call(hook: str, name: str) -> None:
    for one in registry().implementations(hook, owners=frozenset({name})):
        with elevated(f"{hook} of {name}") as session:
            one(session=session)


def _decide(
    session: Session,
    lease: Lease,
    state: State,
    *,
    act: Act,
    reason: str,
    name: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Write what was decided, as the last of the act; the lease's row is held until the commit."""
    lease.check(current_unit().connection, lock=True)
    row = locked_row(session, name or lease.name)
    changes: dict[str, Any] = {"state": [row.state, state]} | (facts or {})
    row.state, row.fault = state, None
    if state == State.ENABLED:
        manifest = registry().catalogue.found[row.name].manifest
        row.version, row.manifest = manifest.version, manifest.model_dump()
    elif state == State.AVAILABLE:
        row.version = ""
    row.changed_at = now()
    row.changed_by = current_unit().actor.label[:120]
    record(session, act, RESOURCE, row.id, changes=changes, reason=reason, label=row.name)
    current_unit().flush()
    if any(one.of("policies") for one in registry().plugged.get(row.name, ())):
        recompile(session)
    bump(session, "module_version")


def _drain(name: str) -> None:
    """Wait briefly for steps that run just now; none can begin any more."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < deadline:
        with read_only() as session:
            running = session.scalar(
                select(func.count()).where(Job.addon == name, Job.state == JobState.LEASED)
            )
            current_unit().release()
        if not running:
            return
        time.sleep(0.1)
