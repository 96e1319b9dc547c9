"""Two administrators act at once: the second is told who acts, and nothing is half of both."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import inspect, select

from core.actor import acting_as, system_actor
from core.addons import lifecycle, schema, tables
from core.addons.models import Addon, State
from core.addons.registry import registry
from core.database import db
from core.errors import Conflict, DomainError
from core.unit_of_work import read_only

SLOW, QUICK = system_actor("Slow Sam"), system_actor("Quick Quinn")


class Site:
    """Lets two threads act on one site, the first held at a chosen place."""

    def __init__(self, app, monkeypatch):
        self.app, self.monkeypatch = app, monkeypatch
        self.outcomes = {}

    def act(self, actor, act, name):
        verb = getattr(lifecycle, act)
        more = {"confirmation": name} if act == "purge" else {}
        with self.app.app_context(), acting_as(actor):
            try:
                verb(name, **more)
                self.outcomes[actor.label] = "done"
            except Exception as error:
                self.outcomes[actor.label] = error
            finally:
                db.session.remove()

    @contextmanager
    def held(self, module, function):
        """Stop the first caller of a function right after it has its result."""
        there, go = threading.Event(), threading.Event()
        real = getattr(module, function)

        def stopped(*values, **named):
            result = real(*values, **named)
            if not there.is_set():
                there.set()
                assert go.wait(60)
            return result

        self.monkeypatch.setattr(module, function, stopped)
        yield there, go
        self.monkeypatch.setattr(module, function, real)

    def interleave(self, slow, quick, *, place):
        """Let Quinn do all of `quick` while Sam is in the middle of `slow`."""
        with self.held(*place) as (there, go):
            sam = threading.Thread(target=self.act, args=(SLOW, *slow))
            sam.start()
            try:
                assert there.wait(60), self.outcomes
                quinn = threading.Thread(target=self.act, args=(QUICK, *quick))
                quinn.start()
                quinn.join(60)
                assert not quinn.is_alive()
            finally:
                go.set()
                sam.join(60)
        assert not sam.is_alive()
        return self.outcomes[SLOW.label], self.outcomes[QUICK.label]


@pytest.fixture
def two(pet_app, monkeypatch):
    return Site(pet_app, monkeypatch)


def prepare(*acts):
    with acting_as(system_actor("test")):
        for act, name in acts:
            more = {"confirmation": name} if act == "purge" else {}
            getattr(lifecycle, act)(name, **more)


def states():
    with read_only(SLOW) as session:
        return dict(session.execute(select(Addon.name, Addon.state)).all())


def table_names():
    return set(inspect(schema.schema_engine(lifecycle.site_config())).get_table_names())


OFF = (("disable", "leash"), ("disable", "pets"))
PUT_AWAY = (*OFF, ("uninstall", "leash"), ("uninstall", "pets"))
ALONE = (*PUT_AWAY, ("purge", "leash"))  # nothing refers to the tables of pets any more
PLANNED = (lifecycle, "preview")

CASES = {
    "purge while it is enabled": (ALONE, ("purge", "pets"), ("enable", "pets"), PLANNED),
    "purge while a dependant is enabled": (ALONE, ("purge", "pets"), ("enable", "leash"), PLANNED),
    "purge with copies made, while it is enabled": (
        ALONE,
        ("purge", "pets"),
        ("enable", "pets"),
        (tables, "save_copies"),
    ),
    "purge right before the drop, while a dependant is enabled": (
        ALONE,
        ("purge", "pets"),
        ("enable", "leash"),
        (tables, "save_copies"),
    ),
    "enable while it is purged": (ALONE, ("enable", "leash"), ("purge", "pets"), PLANNED),
    "disable while a dependant is enabled": (
        (("disable", "leash"),),
        ("disable", "pets"),
        ("enable", "leash"),
        PLANNED,
    ),
    "enable while what it needs is disabled": (
        (("disable", "leash"),),
        ("enable", "leash"),
        ("disable", "pets"),
        PLANNED,
    ),
    "two purges": (ALONE, ("purge", "pets"), ("purge", "pets"), PLANNED),
    "uninstall while it is enabled": (OFF, ("uninstall", "leash"), ("enable", "leash"), PLANNED),
    "uninstall while a dependant is enabled": (
        (*OFF, ("uninstall", "leash")),
        ("uninstall", "pets"),
        ("enable", "leash"),
        PLANNED,
    ),
    "enable while it is uninstalled": (OFF, ("enable", "leash"), ("uninstall", "leash"), PLANNED),
}
GOALS = {
    "enable": State.ENABLED,
    "disable": State.DISABLED,
    "uninstall": State.ARCHIVED,
    "purge": State.AVAILABLE,
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_ends_well_and_the_second_is_told_who_acts(two, case):
    before, slow, quick, place = CASES[case]
    prepare(*before)
    sam, quinn = two.interleave(slow, quick, place=place)
    assert sam == "done"
    assert isinstance(quinn, Conflict)
    assert "Slow Sam" in str(quinn)
    assert slow[1] in str(quinn)
    found, there = states(), table_names()
    assert found[slow[1]] == GOALS[slow[0]]
    assert ("pets_pet" in there) == (found["pets"] != State.AVAILABLE)
    assert ("leash_leash" in there) == (found["leash"] != State.AVAILABLE)
    on = {name for name, state in found.items() if state == State.ENABLED}
    assert on == set(registry().switchboard.current(fresh=True).names), "one is on without another"


def test_the_second_can_act_once_the_first_has_ended(two):
    prepare(*ALONE)
    two.interleave(("purge", "pets"), ("enable", "leash"), place=PLANNED)
    two.act(QUICK, "enable", "leash")
    assert two.outcomes["Quick Quinn"] == "done"
    assert set(states().values()) == {State.ENABLED}


def test_what_changed_between_the_look_and_the_act_is_found_under_the_lease(two):
    prepare(*ALONE)
    with acting_as(SLOW):
        assert lifecycle.look("purge", "pets").possible
        two.act(QUICK, "enable", "leash")
        with pytest.raises(DomainError, match=r"Only an uninstalled|只有"):
            lifecycle.purge("pets", confirmation="pets")
    assert {"pets_pet", "leash_leash"} <= table_names()


def test_a_row_written_after_the_copies_stops_the_drop(two, monkeypatch):
    prepare(*ALONE)
    real = tables.save_copies

    def late_writer(config, history):
        copies = real(config, history)
        with schema.schema_engine(config, writing=True).begin() as connection:
            connection.exec_driver_sql("INSERT INTO pets_pet (name) VALUES ('Late')")
        return copies

    monkeypatch.setattr(tables, "save_copies", late_writer)
    two.act(SLOW, "purge", "pets")
    assert "pets_pet" in str(two.outcomes["Slow Sam"])
    assert "pets_pet" in table_names()
    assert states()["pets"] == State.ARCHIVED
    monkeypatch.setattr(tables, "save_copies", real)
    two.act(SLOW, "purge", "pets")
    assert two.outcomes["Slow Sam"] == "done"
