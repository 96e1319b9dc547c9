"""Each check can fail: the fault is planted, and the finding names it."""

import shutil
import sys
from datetime import timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import event, text, update

from core.actor import system_actor
from core.addons import schema
from core.addons.models import Addon, Worker, bump
from core.addons.registry import registry
from core.audit.services import record
from core.cli.main import cli
from core.clock import now
from core.database import db
from core.health import checks
from core.health.checks import report, worst
from core.health.facts import read_facts
from core.i18n import force_locale
from core.jobs.models import Job, JobState, ScheduleFire
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def findings(app):
    """Return a function that runs every check and gives the findings by key."""

    def run():
        with app.test_request_context("/"), read_only(SYSTEM), force_locale("en"):
            return {one.key: one for one in report()}

    return run


@pytest.fixture
def _well(app):
    """Leave what a site has whose worker runs and whose trail was checked."""
    with unit_of_work(SYSTEM) as session:
        session.add(ScheduleFire(schedule="audit.seal", fire_time=now()))
        record(session, "verify", "core.audit", None, changes={"sealed": 0, "fault": None})


def planted(session, **fields):
    values = {"kind": "audit.seal", "addon": "core", "payload": {}, "created_at": now()}
    session.add(Job(**{**values, "due_at": now(), **fields}))


@pytest.mark.usefixtures("_well")
def test_a_site_that_is_well_says_so(findings, monkeypatch):
    # the server of the tests runs without fsync; the disk of the machine is not the site's affair
    monkeypatch.setattr(
        checks, "SAFE_MODES", {"postgresql": {}, "sqlite": checks.SAFE_MODES["sqlite"]}
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1, 1, 50 * 1024**3))
    found = findings()
    assert {key: one.said for key, one in found.items() if one.state != "ok"} == {}
    assert len(found) == len(checks.CHECKS) + 1


@pytest.mark.usefixtures("_well")
def test_a_database_that_may_forget_is_named(app, findings, database):
    if database == "postgresql":
        with unit_of_work(SYSTEM) as session:
            assert read_facts(session).modes["fsync"] == "off"  # the tests' server has it so
        assert findings()["durability"].state == "bad"
        assert "fsync = off" in findings()["durability"].said
        return
    assert findings()["durability"].state == "ok"

    def careless(connection, _record):
        connection.execute("PRAGMA synchronous=NORMAL")

    db.engine.dispose()
    event.listen(db.engine, "connect", careless)
    try:
        found = findings()["durability"]
    finally:
        event.remove(db.engine, "connect", careless)
        db.engine.dispose()
    assert found.state == "bad"
    assert "synchronous = 1" in found.said


@pytest.mark.parametrize("value", ["remote_apply", "3", "on"])
def test_what_is_safer_than_asked_is_safe_too(app, value):
    with read_only(SYSTEM) as session:
        facts = read_facts(session)
    stronger = {"fsync": "on", "synchronous_commit": value, "full_page_writes": "on"}
    stronger |= {"journal_mode": "wal", "synchronous": "3", "foreign_keys": "1"}
    if value == "3":
        stronger["synchronous_commit"] = "remote_write"
    changed = {name: getattr(facts, name) for name in facts.__slots__} | {"modes": stronger}
    assert checks.durability(type(facts)(**changed))[0] == "ok"


def test_a_missing_migration_is_bad(findings, monkeypatch):
    monkeypatch.setattr(schema, "current", lambda _config, _history: "core_0001")
    found = findings()["migrations"]
    assert (found.state, "core" in found.said) == ("bad", True)


def test_a_process_with_old_code_is_named(findings):
    with unit_of_work(SYSTEM) as session:
        session.add(Worker(host="a", pid=1, module_version=10**9, code_version=10**9))
        session.add(Worker(host="a", pid=2, module_version=10**9, code_version=10**9))
    assert findings()["processes"].state == "ok"
    with unit_of_work(SYSTEM) as session:
        session.execute(update(Worker).where(Worker.pid == 1).values(code_version=0))
    assert findings()["processes"].said.startswith("1 process runs older code")


def test_a_process_that_missed_a_switch_is_named_once_it_had_time(findings):
    with unit_of_work(SYSTEM) as session:
        session.execute(update(Addon).values(changed_at=now()))
        session.add(Worker(host="a", pid=1, module_version=0, code_version=10**9, seen_at=now()))
        bump(session, "module_version")
    assert findings()["processes"].state == "ok"
    with unit_of_work(SYSTEM) as session:
        late = now() + timedelta(minutes=1)
        session.execute(update(Worker).values(seen_at=late))
        if session.scalar(text("SELECT count(*) FROM core_addon")) == 0:
            session.add(Addon(name="toy", changed_at=now()))
    assert findings()["processes"].state == "warn"


@pytest.mark.usefixtures("_well")
@pytest.mark.parametrize(("minutes", "state"), [(1, "ok"), (3, "warn"), (16, "bad")])
def test_a_job_that_waits_too_long_is_told(findings, minutes, state):
    with unit_of_work(SYSTEM) as session:
        planted(session, due_at=now() - timedelta(minutes=minutes))
        planted(session, kind="nobody.declares", due_at=now() - timedelta(days=9))
        planted(session, addon="switched_off", due_at=now() - timedelta(days=9))
    assert findings()["queue"].state == state


def test_no_worker_is_bad_even_when_nothing_waits(findings):
    assert findings()["queue"].state == "bad"
    with unit_of_work(SYSTEM) as session:
        session.add(ScheduleFire(schedule="x", fire_time=now() - timedelta(minutes=6)))
    assert findings()["queue"].state == "bad"


def test_dead_jobs_are_counted(findings):
    assert findings()["dead_jobs"].state == "ok"
    with unit_of_work(SYSTEM) as session:
        planted(session, state=JobState.DEAD)
        planted(session, state=JobState.DEAD)
    assert findings()["dead_jobs"].said.startswith("2 jobs failed")


def test_little_space_is_told(findings, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1, 1, 1024**3))
    assert findings()["disk"].state == "warn"
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1, 1, 1024**2))
    assert findings()["disk"].state == "bad"


@pytest.mark.usefixtures("_well")
def test_the_trail_tells_its_last_check_and_what_it_found(findings, frozen):
    assert findings()["trail"].state == "ok"
    with frozen(now() + timedelta(days=36)):
        assert findings()["trail"].state == "warn"
    with unit_of_work(SYSTEM) as session:
        changes = {"sealed": 3, "fault": "Row 7 was deleted."}
        record(session, "verify", "core.audit", None, changes=changes)
    assert findings()["trail"].state == "bad"
    assert "Row 7 was deleted." in findings()["trail"].said


def test_a_trail_that_nobody_seals_is_told(findings, frozen):
    with unit_of_work(SYSTEM) as session:
        record(session, "verify", "core.audit", None, changes={"sealed": 0, "fault": None})
    with frozen(now() + timedelta(hours=2)):
        assert "wait for their seal" in findings()["trail"].said


def test_clocks_that_disagree_are_told(findings, frozen):
    assert findings()["clock"].state == "ok"
    with frozen(now() + timedelta(seconds=20)):
        assert findings()["clock"].state == "warn"
    with frozen(now() - timedelta(hours=8)):
        assert findings()["clock"].state == "bad"


def test_missing_browser_files_are_bad_only_where_nothing_else_gives_them(
    app, findings, monkeypatch
):
    assert findings()["browser_files"].state == "ok"
    config = app.config["SUNMAO"].model_copy(update={"assets": "local"})
    monkeypatch.setitem(app.config, "SUNMAO", config)
    assert findings()["browser_files"].state == "bad"


def test_a_check_that_breaks_is_a_finding_and_not_a_failed_page(findings, monkeypatch):
    def broken(_facts):
        raise OSError

    broken.__name__ = "disk"
    others = [one for one in checks.CHECKS if one[0] is not checks.disk]
    monkeypatch.setattr("core.health.checks.CHECKS", (*others, (broken, "Disk", "")))
    assert findings()["disk"].said == "This could not be checked: OSError"


def test_the_facts_take_one_statement(app, statements):
    with app.test_request_context("/"), read_only(SYSTEM) as session:
        registry().enabled_set()  # a request has it already
        session.connection()
        with statements() as sent:
            read_facts(session)
    assert len(sent) == 1


def test_the_page_is_for_administrators(make, login):
    page = login(make.administrator(locale="en")).get("/admin/health")
    assert page.status_code == 200
    assert "Safety of stored work" in page.text
    assert login(make.user()).get("/admin/health").status_code == 403
    assert "/admin/health" not in login(make.user()).get("/").text


def test_balancers_learn_that_it_lives_and_nothing_else(client, statements):
    with statements() as sent:
        answer = client.get("/health")
    assert (answer.status_code, answer.text, sent) == (200, "ok", [])
    with statements() as sent:
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.text, len(sent)) == (200, "ready", 1)
    assert "Set-Cookie" not in answer.headers


def test_a_site_without_its_database_is_not_ready_but_lives(client, monkeypatch):
    def unreachable(*_anything):
        from sqlalchemy.exc import OperationalError

        raise OperationalError("x", {}, Exception("secret-host refused"))

    monkeypatch.setattr("core.health.views.open_connection", unreachable)
    assert client.get("/health").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.text) == (503, "not ready")


def test_the_command_tells_the_same_and_ends_with_1_when_something_is_bad(app, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["sunmao"])
    answer = app.test_cli_runner().invoke(cli.commands["health"])
    assert answer.exit_code == 1  # no worker runs here
    assert "BAD " in answer.output
    assert worst([]) == "ok"


def test_checking_the_trail_on_the_command_line_is_what_the_page_tells(app, findings):
    # other tests have sealed trails that are gone with their databases
    (app.config["SUNMAO"].instance / "audit.anchor").unlink(missing_ok=True)
    assert findings()["trail"].state == "warn"
    assert app.test_cli_runner().invoke(cli.commands["audit"], ["verify"]).exit_code == 0
    assert findings()["trail"].state == "ok"
