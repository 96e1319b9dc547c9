"""The checks: each says in one sentence how it is and what to do; one that fails is a finding."""

import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Literal

from flask import current_app, has_request_context, url_for
from sqlalchemy.exc import SQLAlchemyError

from core.addons import schema
from core.addons.registry import CORE, registry
from core.addons.status import statuses
from core.config import Config, site_config
from core.health.facts import Facts, read_facts
from core.health.row_security import row_security
from core.health.working_days import work_calendar
from core.i18n import format_date, format_datetime, format_number, join_words, ngettext
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session
from core.version import VERSION
from core.web.assets import remote_assets

State = Literal["ok", "warn", "bad"]

REPORT_LAG = timedelta(seconds=15)
SLOW_QUEUE, STUCK_QUEUE = timedelta(minutes=2), timedelta(minutes=15)
SILENT = timedelta(minutes=5)
SEAL_LAG = timedelta(hours=1)
VERIFY_EVERY = timedelta(days=35)
SKEW, FAR_SKEW = timedelta(seconds=5), timedelta(minutes=1)
LITTLE_SPACE, NO_SPACE = 2 * 1024**3, 256 * 1024**2
SAFE_MODES = {
    "postgresql": {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
    "sqlite": {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"},
}
SAFER = {"synchronous_commit": {"remote_write", "remote_apply"}, "synchronous": {"3"}}
ORDER: Sequence[State] = ("bad", "warn", "ok")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    key: str
    title: str
    state: State
    said: str
    url: str = ""


Answer = tuple[State, str]
Check = Callable[[Facts], Answer]


def durability(facts: Facts) -> Answer:
    """Say whether a commit survives a power cut."""
    wanted = SAFE_MODES[facts.database]
    wrong = [
        f"{name} = {facts.modes[name]}"
        for name, value in wanted.items()
        if facts.modes[name] != value and facts.modes[name] not in SAFER.get(name, ())
    ]
    if wrong:
        return "bad", _(
            "A power cut can lose stored work: %(modes)s. Set %(wanted)s in the database.",
            modes=join_words(wrong),
            wanted=join_words(f"{name} = {value}" for name, value in wanted.items()),
        )
    return "ok", _("What is stored survives a power cut.")


def migrations(_facts: Facts) -> Answer:
    """Say whether the tables fit the code."""
    config = site_config()
    behind = [] if _is_current(config, schema.history_of(schema.CORE)) else [CORE]
    for name in sorted(registry().enabled_set().names):
        package = registry().catalogue.manifests[name].package
        if not _is_current(config, schema.history_of(name, package)):
            behind.append(name)
    if behind:
        return "bad", _(
            "The tables of %(owners)s are older than the code. Run sunmao db upgrade and restart.",
            owners=join_words(behind),
        )
    return "ok", _("Tables and code are of the same version.")


def _is_current(config: Config, history: schema.History) -> bool:
    changed = history.folder.stat().st_mtime_ns
    return _heads(history, changed) == {schema.current(config, history)}


@cache
def _heads(history: schema.History, _changed: int) -> frozenset[str]:
    """Return the newest revisions; reading all of a history's files takes a while."""
    return frozenset(history.heads())


def addons(_facts: Facts) -> Answer:
    """Say whether an add-on is in trouble."""
    if registry().safe_mode:
        return "warn", _("The site runs in safe mode, without any add-on. Restart it without it.")
    ill = [one.shown_title for one in statuses(current_session(), registry()) if one.in_trouble]
    if ill:
        return "bad", _(
            "%(names)s cannot run. The page of add-ons names the cause and the remedy.",
            names=join_words(ill),
        )
    return "ok", _("Every add-on that is switched on runs.")


def processes(facts: Facts) -> Answer:
    """Say whether all serving processes follow the site's versions."""
    changed, seen = facts.addons_changed_at, facts.behind_seen_at
    late = changed is not None and seen is not None and seen > changed + REPORT_LAG
    old = max(facts.old_code, facts.behind if late else 0)
    if old:
        return "warn", ngettext(
            "%(num)s process runs older code or does not follow the add-ons. Restart the server.",
            "%(num)s processes run older code or do not follow the add-ons. Restart the server.",
            old,
        )
    return "ok", ngettext(
        "%(num)s serving process reported lately, in step.",
        "%(num)s serving processes reported lately, all in step.",
        facts.processes,
    )


def queue(facts: Facts) -> Answer:
    """Say whether jobs are taken in time."""
    last = facts.last_fire
    if last is None or facts.instant - last > SILENT:
        return "bad", _(
            "No worker has been at work since %(instant)s. Start sunmao worker, or set "
            'job_engine = "embedded".',
            instant=format_datetime(last),
        )
    waits = facts.instant - facts.oldest_due if facts.oldest_due else timedelta(0)
    if waits > SLOW_QUEUE:
        return "bad" if waits > STUCK_QUEUE else "warn", _(
            "The oldest job has waited for %(minutes)s minutes. Start one more sunmao worker.",
            minutes=int(waits.total_seconds() // 60),
        )
    return "ok", _("Jobs are taken as they come.")


def dead_jobs(facts: Facts) -> Answer:
    """Say whether jobs failed for good."""
    if facts.dead:
        return "warn", ngettext(
            "%(num)s job failed for good. Read its error on the page of jobs and run it again.",
            "%(num)s jobs failed for good. Read their errors on the page of jobs and run them "
            "again.",
            facts.dead,
        )
    return "ok", _("No job has failed for good.")


def disk(_facts: Facts) -> Answer:
    """Say how much space is left."""
    free = shutil.disk_usage(site_config().instance).free
    amount = format_number(round(free / 1024**3, 1))
    if free < LITTLE_SPACE:
        return "bad" if free < NO_SPACE else "warn", _(
            "Only %(amount)s GB are free where files and backups are kept. Make room.",
            amount=amount,
        )
    return "ok", _("%(amount)s GB are free where files are kept.", amount=amount)


def browser_files(_facts: Facts) -> Answer:
    """Say where charts come from."""
    config = site_config()
    missing = [
        one.name
        for one in remote_assets().values()
        if not (config.instance / "assets" / one.local_name).is_file()
    ]
    if not missing:
        return "ok", _("The browser files are here as well; charts need no internet.")
    if config.assets == "local":
        return "bad", _(
            "%(names)s is missing, so charts stay tables. Run sunmao assets fetch.",
            names=join_words(missing),
        )
    return "ok", _(
        "Charts come from the internet. Where people have none, run sunmao assets fetch."
    )


def trail(facts: Facts) -> Answer:
    """Say whether the audit trail is sealed, and when it was checked."""
    if facts.verified_fault:
        return "bad", _(
            "The last check of the audit trail found: %(fault)s Keep a copy and look into it.",
            fault=facts.verified_fault,
        )
    if facts.unsealed_since and facts.instant - facts.unsealed_since > SEAL_LAG:
        return "warn", _(
            "Entries since %(instant)s wait for their seal. See whether a worker runs.",
            instant=format_datetime(facts.unsealed_since),
        )
    if facts.verified_at is None:
        return "warn", _(
            "The audit trail was never checked. “Check the trail” on its page does it now."
        )
    day = format_date(facts.verified_at)
    if facts.instant - facts.verified_at > VERIFY_EVERY:
        return "warn", _(
            "The audit trail was last checked on %(day)s. See whether its schedule is paused.",
            day=day,
        )
    return "ok", _("The audit trail was checked and whole on %(day)s.", day=day)


def clock(facts: Facts) -> Answer:
    """Say whether server and database agree on the time."""
    skew = abs(facts.database_time - facts.instant)
    seconds = format_number(round(skew.total_seconds(), 1))
    if skew > SKEW:
        return "bad" if skew > FAR_SKEW else "warn", _(
            "The clocks of server and database are %(seconds)s seconds apart. Switch on NTP.",
            seconds=seconds,
        )
    return "ok", _("Server and database agree on the time.")


def versions(facts: Facts) -> Answer:
    """Say what runs here."""
    engine = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[facts.database]
    number = facts.database_version.removeprefix("PostgreSQL ").split(" ")[0]
    return "ok", f"Sunmao {VERSION} · Python {platform.python_version()} · {engine} {number}"


CHECKS: tuple[tuple[Check, object, str], ...] = (
    (durability, _l("Safety of stored work"), ""),
    (migrations, _l("Database tables"), ""),
    (row_security, _l("Row-level security"), ""),
    (addons, _l("Add-ons"), "addons.index"),
    (processes, _l("Processes"), "addons.index"),
    (queue, _l("Background jobs"), "jobs.index"),
    (dead_jobs, _l("Failed jobs"), "jobs.index"),
    (trail, _l("Audit trail"), "audit.index"),
    (disk, _l("Disk space"), ""),
    (browser_files, _l("Browser files"), ""),
    (clock, _l("Clock"), ""),
    (work_calendar, _l("Work calendar"), "workcalendar.show"),
    (versions, _l("Versions"), ""),
)


def report() -> list[Finding]:
    """Run every check and return the findings, in their order."""
    try:
        with current_session().begin_nested():
            facts = read_facts(current_session())
    except SQLAlchemyError as error:
        current_app.logger.exception("the facts of the site could not be read")
        said = _("The database did not answer: %(error)s", error=type(error).__name__)
        return [Finding("database", _("Database"), "bad", said)]
    answers = _("It answers; it is %(name)s.", name=facts.database)
    return [
        Finding("database", _("Database"), "ok", answers),
        *(_checked(facts, *one) for one in CHECKS),
    ]


def _checked(facts: Facts, check: Check, title: object, endpoint: str) -> Finding:
    key = check.__name__
    try:
        with current_session().begin_nested():
            state, said = check(facts)
    except Exception as error:
        current_app.logger.exception("the check %s failed", key)
        state = "bad"
        said = _("This could not be checked: %(error)s", error=type(error).__name__)
    url = url_for(endpoint) if endpoint and has_request_context() else ""
    return Finding(key, str(title), state, said, url)


def worst(findings: Sequence[Finding]) -> State:
    """Return the worst state among findings."""
    return min((one.state for one in findings), key=ORDER.index, default="ok")
