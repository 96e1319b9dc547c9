"""kill -9 of a process in the middle of an act: it is told truly, and the act can be repeated."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import inspect, select, text, update

from core.actor import acting_as, system_actor
from core.addons import leases, lifecycle, schema, tables
from core.addons.leases import Overtaken, leased, process_mark
from core.addons.models import AddonAct, State
from core.addons.registry import registry
from core.addons.status import Standing, statuses
from core.clock import now
from core.config import ROOT
from core.errors import Conflict
from core.testing.client import signed_in_client
from core.unit_of_work import read_only
from tests.core.addons.test_two_at_once import ALONE, OFF, prepare, states, table_names

OPERATOR = system_actor("test")
ROWS = ("INSERT INTO pets_pet (id, name) VALUES (7, 'Tom')",
        "INSERT INTO pets_toy (id, name, pet_id) VALUES (1, 'ball', 7)")  # fmt: skip
QUICKLY = 5.0  # seconds in which a dead holder must be overcome

MIGRATION = "alembic.command:upgrade"  # tables made, not committed
MIGRATED = "core.addons.lifecycle:_migrate"  # tables committed, not yet on
SEEDED = "core.addons.lifecycle:_call"  # in the transaction that switches on
COPYING = "core.addons.tables:csv.writer"
DROPPING = "core.addons.tables:take_down"  # tables dropped, not committed
DROPPED = "core.addons.lifecycle:forget_traces"  # tables gone, the state not yet written

ON_AGAIN = "It is not enabled, and no row is lost: enable it again."
NOT_DROPPED = "No table was dropped and every row is still there"
ALL_DROPPED = "Its tables are dropped; their copies are in instance/exports"
FRESH = (*ALONE, ("purge", "pets"))
CASES = {
    "a fresh install in its migration": (FRESH, "enable", MIGRATION, ON_AGAIN),
    "a fresh install behind its migration": (FRESH, "enable", MIGRATED, ON_AGAIN),
    "a fresh install in its seed": (FRESH, "enable", SEEDED, ON_AGAIN),
    "an archived one in its migration": (ALONE, "enable", MIGRATION, ON_AGAIN),
    "a purge while it copies": (ALONE, "purge", COPYING, NOT_DROPPED),
    "a purge while it drops": (ALONE, "purge", DROPPING, NOT_DROPPED),
    "a purge that has dropped": (ALONE, "purge", DROPPED, ALL_DROPPED),
    "a disabling": ((("disable", "leash"),), "disable", "core.addons.lifecycle:_decide",
                    "It is still enabled: disable it again."),
    "an uninstalling": ((*OFF, ("uninstall", "leash")), "uninstall", "core.addons.lifecycle:_decide",
                        "It is still installed: uninstall it again."),
}  # fmt: skip
GOALS = {"enable": State.ENABLED, "disable": State.DISABLED, "uninstall": State.ARCHIVED,
         "purge": State.AVAILABLE}  # fmt: skip


@pytest.fixture
def killed(pet_site, pet_app, tmp_path):
    """Kill an act with -9 at a place; give what the database said before it began."""

    def kill(act, name, place):
        pet_site.touch()
        marker = tmp_path / "there"
        config = lifecycle.site_config()
        arguments = [config.instance, config.manifests, pet_site.database.url, act, name, place]
        path = os.pathsep.join([str(ROOT), str(config.manifests.parent / "code")])
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.core.addons.held_child", *arguments, marker],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": path},
            stderr=subprocess.PIPE,
        )
        deadline = time.monotonic() + 90
        while not marker.exists():
            assert child.poll() is None, child.stderr.read().decode()[-3000:]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        with acting_as(OPERATOR), pytest.raises(Conflict, match="Mortal Mo"):
            lifecycle.disable("leash")
        child.kill()
        child.wait()
        child.stderr.close()

    return kill


def run(*statements):
    with schema.schema_engine(lifecycle.site_config(), writing=True).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def content():
    """Return every row of every table of the two add-ons that is there."""
    engine = schema.schema_engine(lifecycle.site_config())
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT * FROM {name} ORDER BY id")).all()
            for name in inspect(connection).get_table_names()
            if name.startswith(("pets_", "leash_")) and not name.endswith("_version")
        }


def standing(name):
    with acting_as(OPERATOR), read_only() as session:
        return next(one for one in statuses(session, registry()) if one.name == name)


def again(act, name):
    more = {"confirmation": name} if act == "purge" else {}
    with acting_as(OPERATOR):
        return getattr(lifecycle, act)(name, **more)


@pytest.mark.processes
@pytest.mark.parametrize("case", CASES)
def test_after_a_kill_it_is_told_truly_and_the_act_ends_well_when_repeated(case, killed, make):
    before, act, place, left = CASES[case]
    if before != FRESH:
        run(*ROWS)
    prepare(*before)
    rows, was = content(), states()["pets"]
    killed(act, "pets", place)
    shown = standing("pets")
    assert (shown.standing, shown.decided) == (Standing.INTERRUPTED, was)
    assert "Mortal Mo" in shown.fault.words.plain
    assert left in shown.fault.words.plain
    assert content() == ({} if place == DROPPED else rows) or place in {MIGRATED, SEEDED}
    boss = signed_in_client(registry().app, make.administrator(locale="en"))
    assert left in unescape(boss.get("/admin/addons").text)
    assert left in unescape(boss.get("/admin/addons/doctor").text)
    began = time.monotonic()
    again(act, "pets")
    assert time.monotonic() - began < QUICKLY
    assert states()["pets"] == GOALS[act]
    if act == "purge":
        assert "pets_pet" not in table_names()
    elif before != FRESH:
        assert content() == {**rows, "pets_pet": content()["pets_pet"]}
        assert rows["pets_pet"][0] in content()["pets_pet"]
    with acting_as(OPERATOR):
        assert lifecycle.examine() == []
        lifecycle.enable("leash") if act != "enable" else lifecycle.disable("pets")


@pytest.mark.processes
def test_an_act_on_another_addon_takes_over_and_the_interruption_stays_told(killed, make):
    prepare(*OFF)
    killed("enable", "pets", MIGRATION)
    again("uninstall", "leash")
    shown = standing("pets")
    assert shown.standing == Standing.INTERRUPTED
    assert ON_AGAIN in shown.fault.words.plain
    page = signed_in_client(registry().app, make.administrator()).get("/admin/addons").text
    assert "中断" in page
    assert "请重新启用" in page
    again("enable", "pets")
    assert standing("pets").standing == Standing.ENABLED


@pytest.mark.processes
def test_a_process_that_ended_after_all_was_done_leaves_nothing_to_tell(killed):
    prepare(("disable", "leash"))
    killed("disable", "pets", "core.addons.lifecycle:_drain")
    assert standing("pets").standing == Standing.DISABLED
    with acting_as(OPERATOR):
        assert lifecycle.examine() == []
    again("enable", "leash")


def test_a_heartbeat_comes_while_an_act_runs_and_the_lease_is_free_after_it(pet_app, monkeypatch):
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.02)
    with acting_as(OPERATOR):
        with leased(lifecycle.site_config(), "enable", "pets"):
            first, deadline = lease_row().beat_at, time.monotonic() + 10
            while lease_row().beat_at == first:
                assert time.monotonic() < deadline, "no heartbeat"
                time.sleep(0.02)
            assert lease_row().token
        assert lease_row().token == ""
    assert not [one for one in threading.enumerate() if "_renew" in one.name]


@pytest.mark.parametrize(
    ("process", "quiet", "taken"),
    [
        ("elsewhere/1/5", 10, False),
        ("elsewhere/1/5", 31, True),
        ("", 10, False),
        ("", 31, True),
        (None, 31, False),
        (None, 301, True),
        ("same machine, other start", 0, True),
    ],
)
def test_the_lease_is_taken_over_when_its_holder_is_gone(pet_app, process, quiet, taken):
    mine = process_mark(os.getpid())
    if process is None:
        process = mine
    elif process.startswith("same"):
        process = f"{mine.rpartition('/')[0]}/1"
    with acting_as(OPERATOR), leased(lifecycle.site_config(), "disable", "leash") as lease:
        beat = now() - timedelta(seconds=quiet)
        change_row(process=process, beat_at=beat)
        if not taken:
            with pytest.raises(Conflict, match="停用：leash"):
                lifecycle.disable("leash")
            assert states()["leash"] == State.ENABLED
            return
        lifecycle.disable("leash")
        assert states()["leash"] == State.DISABLED
        engine = schema.schema_engine(lifecycle.site_config())
        with engine.connect() as connection, pytest.raises(Overtaken):
            lease.check(connection)


@pytest.mark.parametrize(
    ("before", "act", "place"),
    [
        (FRESH, "enable", (lifecycle, "preview")),
        (FRESH, "enable", (schema, "upgrade")),
        ((*OFF, ("uninstall", "leash")), "uninstall", (lifecycle, "preview")),
        (OFF[:1], "disable", (lifecycle, "preview")),
        (ALONE, "purge", (tables, "save_copies")),
        (ALONE, "purge", (tables, "drop")),
    ],
)
def test_who_was_overtaken_without_noticing_changes_nothing_more(
    pet_app, monkeypatch, before, act, place
):
    prepare(*before)
    module, function = place
    was, there, real = states()["pets"], table_names(), getattr(module, function)

    def overtaken(*values, **named):
        result = real(*values, **named)
        change_row(token="somebody else")
        return result

    monkeypatch.setattr(module, function, overtaken)
    with pytest.raises(Overtaken):
        again(act, "pets")
    assert states()["pets"] == was
    if function not in {"upgrade", "drop"}:  # those two were over before
        assert table_names() == there


def lease_row():
    with read_only(OPERATOR) as session:
        return session.execute(select(AddonAct.token, AddonAct.beat_at)).one()


def change_row(**values):
    with schema.schema_engine(lifecycle.site_config(), writing=True).begin() as connection:
        connection.execute(update(AddonAct.__table__).values(**values))
