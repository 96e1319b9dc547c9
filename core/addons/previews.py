"""What an act on an add-on would do, worked out without doing it; web and command line share it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.changes import of_policies
from core.access.elevation import elevated
from core.access.policy import DEFAULT
from core.addons import schema, tables
from core.addons.faults import AddonFaultError, Words, words
from core.addons.graph import Plan, dependents_of, plan_disable, plan_enable
from core.addons.models import Addon, State
from core.addons.owning import NOT_OWNER
from core.addons.registry import Registry
from core.audit.words import table_titles
from core.config import Config
from core.i18n import join_words, localized
from core.jobs.models import Job, JobState

Act = Literal["enable", "disable", "uninstall", "purge"]
CODE_GONE = words(
    "Its code is not here any more; its data is kept. Install its package again; or, to be rid of "
    "it, disable it, uninstall it and purge it."
)
NAMED = 12  # so many people are named, the others only counted
SETTLE = words(
    "Settle or delete what it still holds first; or leave it disabled, which keeps everything."
)
ACTS: tuple[Act, ...] = ("enable", "disable", "uninstall", "purge")


@dataclass(frozen=True, slots=True)
class Line:
    """One consequence; `count` stands before the words, None where there is nothing to count."""

    count: int | None
    words: Words


@dataclass(frozen=True, slots=True)
class Preview:
    """The whole of one act: what stands in the way, what it touches, ends, brings and keeps."""

    act: Act
    name: str
    steps: tuple[str, ...] = ()
    obstacles: tuple[Words, ...] = ()
    brings: tuple[Line, ...] = ()
    ends: tuple[Line, ...] = ()
    keeps: tuple[Line, ...] = ()
    tables: dict[str, int] = field(default_factory=dict)

    @property
    def possible(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.obstacles

    @property
    def command(self) -> str:
        """The same act for the command line."""
        return f"sunmao addon {self.act} {self.name}"


def preview(session: Session, found: Registry, config: Config, *, act: Act, name: str) -> Preview:
    """Return what `act` on `name` would do; never changes anything."""
    rows = {row.name: row for row in session.scalars(select(Addon))}
    if act == "enable":
        plan = _plan_enable(found, config, rows, name)
        return Preview(
            act, name, plan.steps, plan.obstacles, brings=_brings(found, config, plan.steps)
        )
    counts = tables.row_counts(config, history_for(found, name))
    kept = Preview(act, name, (name,), keeps=_rows(counts), tables=counts)
    match act:
        case "disable":
            plan = plan_disable(name, found.catalogue.manifests, decided_on(rows))
            held = (Line(None, reason) for reason in reasons_to_keep(found, name))
            ends = (*_parts(found, name, going=True), *_jobs(session, name), *held)
            ends += _rights(session, found, name)
            return replace(kept, steps=plan.steps, obstacles=plan.obstacles, ends=ends)
        case "uninstall":
            obstacles = _against_uninstalling(found, rows, name)
            return replace(kept, obstacles=obstacles, ends=tuple(_jobs(session, name)))
        case "purge":
            copies = (Line(None, words("A copy of every table as CSV in instance/exports.")),)
            obstacles = _against_purging(config, rows, history_for(found, name))
            return replace(kept, obstacles=obstacles, ends=kept.keeps, keeps=copies)


def decided_on(rows: dict[str, Addon]) -> set[str]:
    """Return the names whose row says enabled."""
    return {name for name, row in rows.items() if row.state == State.ENABLED}


def history_for(found: Registry, name: str) -> schema.History:
    """Return an add-on's history; without its code one that only knows the table prefix."""
    offered = found.catalogue.found.get(name)
    if offered is not None and offered.is_here:
        return schema.history_of(name, offered.manifest.package)
    return schema.History(name, schema.SCRIPTS / "none")


def _plan_enable(found: Registry, config: Config, rows: dict[str, Addon], name: str) -> Plan:
    plan = plan_enable(name, found.catalogue.manifests, decided_on(rows), found.faults)
    obstacles = list(plan.obstacles)
    if found.safe_mode:
        obstacles.append(words("The site runs in safe mode, without add-ons."))
    gone = [n for n in plan.steps if n in found.plugged and not found.catalogue.found[n].is_here]
    obstacles += [CODE_GONE for _name in gone]
    unloaded = [n for n in plan.steps if n not in found.plugged and n not in found.faults]
    if unloaded and not found.safe_mode:
        said = words(
            "%(name)s is new: reload the code first, or restart the server if it is not gunicorn.",
            name=unloaded[0],
        )
        obstacles.append(said)
    elif not schema.is_owner(config) and any(_is_behind(found, config, n) for n in plan.steps):
        obstacles.append(NOT_OWNER)
    return replace(plan, obstacles=tuple(obstacles))


def _is_behind(found: Registry, config: Config, name: str) -> bool:
    """Tell whether an add-on's tables are yet to be made or changed; no when nobody can tell."""
    history = history_for(found, name)
    try:
        return history.folder.is_dir() and not schema.is_current(config, history)
    except AddonFaultError:
        return False


def _brings(found: Registry, config: Config, steps: Sequence[str]) -> tuple[Line, ...]:
    lines = [
        Line(
            None,
            words("%(name)s %(version)s", name=one.manifest.title, version=one.manifest.version),
        )
        for step in steps
        if (one := found.catalogue.found.get(step))
    ]
    for step in steps:
        lines += _parts(found, step)
        try:
            if not schema.is_current(config, history_for(found, step)):
                lines.append(Line(None, words("Its tables are made or brought up to date.")))
        except AddonFaultError as fault:
            lines.append(Line(None, fault.words))
    return tuple(lines)


def _against_uninstalling(found: Registry, rows: dict[str, Addon], name: str) -> tuple[Words, ...]:
    row = rows.get(name)
    if row is None or row.state in {State.AVAILABLE, State.ARCHIVED}:
        return (words("%(name)s is not installed.", name=name),)
    if row.state == State.ENABLED:
        return (words("Disable it first."),)
    holders = [
        words("%(holder)s depends on it and is installed; uninstall that first.", holder=other)
        for other in dependents_of(name, found.catalogue.manifests)
        if other in rows and rows[other].state in {State.ENABLED, State.DISABLED}
    ]
    reasons = reasons_to_keep(found, name)
    return (*holders, *reasons, *([SETTLE] if reasons else []))


def _against_purging(
    config: Config, rows: dict[str, Addon], history: schema.History
) -> tuple[Words, ...]:
    row = rows.get(history.owner)
    obstacles: list[Words] = []
    if row is None or row.state != State.ARCHIVED:
        obstacles.append(
            words("Only an uninstalled add-on can be purged: disable it and uninstall it first.")
        )
    if not schema.is_owner(config):
        obstacles.append(NOT_OWNER)
    for table, targets in sorted(tables.pointing_at(config, history).items()):
        said = words(
            "Table %(table)s of another add-on refers to %(target)s; purge that add-on first.",
            table=table,
            target=join_words(sorted(targets)),
        )
        obstacles.append(said)
    return tuple(obstacles)


def _rows(counts: dict[str, int]) -> tuple[Line, ...]:
    titles = {name: words("%(reason)s", reason=said) for name, said in table_titles().items()}
    return tuple(
        Line(count, titles.get(name) or words("rows in %(table)s", table=name))
        for name, count in counts.items()
    )


def reasons_to_keep(found: Registry, name: str) -> list[Words]:
    """Ask the add-on itself; one that cannot answer is not uninstalled (fail closed)."""
    reasons: list[Words] = []
    for one in found.implementations("why_keep", owners=frozenset({name})):
        try:
            with (
                elevated("asking an add-on why it should stay") as session,
                session.begin_nested(),
            ):
                reasons += [words("%(reason)s", reason=why) for why in one(session=session)]
        except Exception as error:
            current_app.logger.exception("%s cannot say why it should stay", name)
            said = words("It cannot say why it should stay: %(error)s", error=f"{error!r}"[:200])
            reasons.append(said)
    return reasons


def _parts(found: Registry, name: str, *, going: bool = False) -> list[Line]:
    several = found.plugged.get(name, [])
    menus = [localized(menu.title) for one in several for menu in one.of("menus")]
    schedules = [job for one in several for job in one.of("jobs") if job.every]
    pages = words("pages; while it is disabled they answer 404") if going else words("pages")
    counted = [
        (len(menus), words("menu entries: %(titles)s", titles=join_words(menus))),
        (found.pages_of(name), pages),
        (len(schedules), words("schedules")),
    ]
    for kind, said in (
        ("measures", words("measures for assessments")),
        ("slots", words("fragments in pages of others")),
        ("exchanges", words("imports")),
    ):
        counted.append((sum(len(one.of(kind)) for one in several), said))
    return [Line(count, said) for count, said in counted if count]


def _rights(session: Session, found: Registry, name: str) -> tuple[Line, ...]:
    """Return who loses and who gains rights when the built-in rules count again."""
    offered = [one for several in found.plugged.get(name, ()) for one in several.of("policies")]
    if not offered or not found.is_on(name):
        return ()
    changed = of_policies(session, offered[0], DEFAULT)
    losing = [one.person.name for one in changed if one.loses]
    gaining = [one.person.name for one in changed if one.gains]
    lines = [Line(None, words("Rights come from the built-in rules again."))]
    if losing:
        lines.append(
            Line(len(losing), words("people lose rights: %(names)s", names=_named(losing)))
        )
    if gaining:
        lines.append(
            Line(len(gaining), words("people gain rights: %(names)s", names=_named(gaining)))
        )
    if not losing and not gaining:
        lines.append(Line(None, words("Nobody loses or gains rights by that.")))
    return tuple(lines)


def _named(names: Sequence[str]) -> str:
    more = " …" if len(names) > NAMED else ""
    return join_words(names[:NAMED]) + more


def _jobs(session: Session, name: str) -> list[Line]:
    texts = {
        JobState.PENDING: words("waiting jobs; they wait on"),
        JobState.LEASED: words("running jobs; each finishes its present step"),
    }
    counted = session.execute(
        select(Job.state, func.count())
        .where(Job.addon == name, Job.state.in_(texts))
        .group_by(Job.state)
    )
    return [Line(count, texts[JobState(state)]) for state, count in counted]
