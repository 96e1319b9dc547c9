from types import ModuleType

import pytest
from sqlalchemy import insert, select, update

from core import clock
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.contributions import Event, EventType
from core.database import db
from core.errors import ProgrammingFault, Refused
from core.events.models import Delivery, StoredEvent
from core.events.services import consumers, publish, replay
from core.hookspecs import hookimpl, reacts_to
from core.jobs.models import Job
from core.jobs.worker import drain
from core.unit_of_work import current_session, read_only, unit_of_work
from tests.core.jobs.toys import EFFECT, effects, plugged

SYSTEM = system_actor("test")
HAPPENED = EventType(key="toy.happened", title="Happened", resource="toy.note")
pytestmark = pytest.mark.usefixtures("toys")


def consumer(name, number, faulty=()):
    """Return a plugin that writes an effect for each event, and fails on those in `faulty`."""
    module = ModuleType(name)

    def on_event(event):
        current_session().execute(insert(EFFECT).values(job_id=event.record_id, number=number))
        if event.record_id in faulty:
            raise KeyError(name)

    module.on_event = hookimpl(on_event)
    return module


@pytest.fixture
def types(toys):
    with plugged(event_types=[HAPPENED]):
        yield


def happen(record_id):
    with unit_of_work(SYSTEM) as session:
        event = Event(
            type="toy.happened", record_id=record_id, at=clock.now(), payload={"n": record_id}
        )
        return publish(session, event)[0]


def done():
    with read_only(SYSTEM) as session:
        return effects(session)


def deliveries(state=None):
    with read_only(SYSTEM) as session:
        statement = select(Job).where(Job.kind == "events.deliver")
        return (
            session.execute(statement.where(Job.state == state) if state else statement)
            .scalars()
            .all()
        )


@pytest.mark.usefixtures("types")
def test_every_consumer_gets_the_event_once_after_the_commit(app):
    with plugged(module=consumer("one", 1)):
        assert "core" in consumers()
        happen(7)
        assert done() == {}
        drain(app)
        drain(app)
        assert done() == {7: [1]}


@pytest.mark.usefixtures("types")
def test_a_reaction_may_ask_for_fewer_arguments_than_the_hook_offers(app):
    module = ModuleType("brief")

    def on_event():
        current_session().execute(insert(EFFECT).values(job_id=1, number=8))

    module.on_event = hookimpl(on_event)
    with plugged(module=module), plugged(module=consumer("full", 9), owner="customers"):
        happen(1)
        drain(app)
        assert set(done()[1]) == {8, 9}
        assert deliveries("pending") == []


@pytest.mark.usefixtures("types")
def test_an_event_of_a_unit_that_failed_never_was(app):
    with plugged(module=consumer("one", 1)):
        with pytest.raises(KeyError), unit_of_work(SYSTEM) as session:
            publish(session, Event(type="toy.happened", record_id=1, at=clock.now()))
            raise KeyError
        drain(app)
    assert done() == {}
    assert deliveries() == []


@pytest.mark.usefixtures("types")
def test_a_faulty_consumer_neither_aborts_nor_skips_another_ones_work(app):
    names = sorted(registry().enabled_set().names)
    other = names[0]
    with (
        plugged(module=consumer("bad", 1, faulty={1, 2}), owner="core"),
        plugged(module=consumer("good", 2), owner=other),
    ):
        for record_id in (1, 2, 3):
            happen(record_id)
        drain(app)
        assert done() == {1: [2], 2: [2], 3: [1, 2]} or done() == {1: [2], 2: [2], 3: [2, 1]}
        waiting = deliveries("pending")
        assert {job.addon for job in waiting} == {"core"}
        assert len(waiting) == 2
        assert all("KeyError" in job.last_error for job in waiting)


@pytest.mark.usefixtures("types")
def test_events_for_an_addon_that_is_off_wait_for_it(app):
    other = sorted(registry().enabled_set().names)[0]
    with plugged(module=consumer("late", 5), owner=other):
        happen(4)
        with acting_as(SYSTEM):
            lifecycle.disable(other, reason="test")
        drain(app)
        assert done() == {}
        assert [job.state for job in deliveries()] == ["pending"]
        with acting_as(SYSTEM):
            lifecycle.enable(other, reason="test")
        drain(app)
        assert done() == {4: [5]}


@pytest.mark.usefixtures("types")
def test_a_late_consumer_gets_the_past_once(app):
    ids = [happen(n) for n in range(1, 6)]
    with plugged(module=consumer("late", 1)):
        happen(6)
        drain(app)
        assert done() == {6: [1]}
        for _again in range(2):
            with unit_of_work(SYSTEM) as session:
                replay(session, "toy.happened", consumer="core")
            drain(app)
        assert done() == {n: [1] for n in (6, 1, 2, 3, 4, 5)}
    with read_only(SYSTEM) as session:
        delivered = session.execute(select(Delivery.event_id)).scalars().all()
    assert set(ids) < set(delivered)


@pytest.mark.usefixtures("types")
def test_a_replay_needs_someone_who_listens():
    with pytest.raises(Refused), unit_of_work(SYSTEM) as session:
        replay(session, "toy.happened", consumer="nobody")


def test_an_undeclared_event_is_a_defect():
    with pytest.raises(ProgrammingFault, match=r"declares the event 'toy\.happened'"):
        happen(1)


@pytest.mark.usefixtures("types")
def test_the_database_refuses_to_alter_an_event():
    event_id = happen(1)
    with pytest.raises(Exception, match="append-only") as fault, db.engine.begin() as connection:
        connection.execute(update(StoredEvent).where(StoredEvent.id == event_id).values(type="x"))
    assert "append-only" in str(fault.value)


@pytest.mark.usefixtures("types")
def test_a_consumer_gets_only_what_it_says_it_takes(app):
    taken = consumer("choosy", 1)
    taken.on_event = reacts_to("toy.else")(taken.on_event)
    with plugged(module=taken):
        happen(1)
        drain(app)
    assert done() == {}
    assert deliveries() == []


@pytest.mark.usefixtures("types")
def test_thousands_of_events_ask_no_more_often_who_is_there_than_one(statements):
    def asked(number):
        events = [
            Event(type="toy.happened", record_id=one, at=clock.now(), payload={})
            for one in range(number)
        ]
        with unit_of_work(SYSTEM) as session, statements() as sent:
            publish(session, *events)
        return len([one for one in sent if "core_addon" in one])

    assert asked(200) == asked(1)
