"""Which verbs count as used, that noting them costs nothing, and how they are kept."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from addons.customers.models import Customer
from addons.rights import effects
from addons.rights.models import Assignment
from addons.rights.policy import Held
from core.access import use_record, uses
from core.access.elevation import elevated
from core.access.explain import explain
from core.access.records import load, load_among, may_on, require, require_on, visible_to
from core.access.use_models import AccessUse
from core.access.use_record import hand_over, recorded, store
from core.accounts.models import User
from core.actor import system_actor
from core.clock import frozen, now, today
from core.consent.rehearsal import noted, rehearse
from core.database import db
from core.errors import NotAllowed, NotFound
from core.jobs.worker import Worker, start_worker
from core.unit_of_work import current_unit, read_only, unit_of_work
from tests.journeys.real_client import RealClient

SYSTEM = system_actor("test")
CUSTOMER = "customers.customer"
QUERY, UPDATE = (CUSTOMER, "query"), (CUSTOMER, "update")


@pytest.fixture
def kept(people):
    """Hand over what was noted; return the last day of each (resource, verb) of somebody."""
    uses.take(db.engine, seconds=0)  # of tests before, and of making the people

    def keep(actor):
        hand_over(at_once=True)
        with read_only(SYSTEM) as session:
            return recorded(session).by_user.get(actor.user_id, {})

    return keep


def test_what_is_demanded_and_held_is_used(people, kept):
    with unit_of_work(people.as_ann):
        require(CUSTOMER, "create")
        load(Customer, people.hers, "update")
    assert kept(people.as_ann).keys() == {(CUSTOMER, "create"), UPDATE}
    assert kept(people.as_bob) == {}


def test_one_demanded_of_a_record_at_hand_and_of_many_is_used(people, kept):
    with unit_of_work(people.as_head) as session:
        record = session.get(Customer, people.hers)
        require_on(record, "correct")
        load_among(select(Customer).where(Customer.id > 0), "assign")
    assert kept(people.as_head).keys() == {QUERY, (CUSTOMER, "correct"), (CUSTOMER, "assign")}


def test_rows_that_are_asked_for_are_a_use_of_the_verb_they_are_asked_under(people, kept):
    counted = select(func.count(Customer.id)).execution_options(action="analyse")
    with unit_of_work(people.as_ann) as session:
        session.execute(counted).all()
    assert kept(people.as_ann).keys() == {(CUSTOMER, "analyse")}
    with unit_of_work(people.as_ann) as session:
        session.scalars(select(Customer).execution_options(action="export")).all()
    assert kept(people.as_ann).keys() == {(CUSTOMER, "analyse"), (CUSTOMER, "export")}


def test_a_page_that_is_opened_is_a_use(people, kept, login, make):
    user = make.user("carl", employee=make.employee("Carl"))
    assert login(user).get("/customers/new").status_code == 200
    assert (CUSTOMER, "create") in kept(make.actor(user))


def test_asking_is_no_use(people, kept):
    with unit_of_work(people.as_ann) as session:
        record = session.get(Customer, people.hers)
        assert current_unit().access.may(CUSTOMER, "update")
        assert may_on(record, "update")
        explain(session, people.as_ann, "update", record)
    assert UPDATE not in kept(people.as_ann)


def test_what_is_refused_is_no_use(people, kept):
    with unit_of_work(people.as_ann):
        with pytest.raises(NotAllowed):
            require(CUSTOMER, "assign")
        with pytest.raises(NotFound):
            load(Customer, people.his, "update")
    assert (CUSTOMER, "assign") not in kept(people.as_ann)
    assert UPDATE not in kept(people.as_ann)


def test_the_system_elevation_and_the_eyes_of_others_are_no_use(people, kept):
    with unit_of_work(SYSTEM) as session:
        session.scalars(select(Customer)).all()
    with unit_of_work(people.as_ann) as session:
        with elevated("a test of what counts") as wide:
            wide.scalars(select(Customer)).all()
        assert visible_to(session, people.as_bob, CUSTOMER, [people.his]) == {people.his}
    assert kept(people.as_ann) == {}
    assert kept(people.as_bob) == {}


def test_a_preview_is_no_use(people, kept):
    with unit_of_work(people.as_boss) as session:
        shown = [effects.of_ending(Held.of(one)) for one in session.scalars(select(Assignment))]
    assert any(one.changes for one in shown), "it counted nobody's rows"
    for actor in (people.as_ann, people.as_bob, people.as_head):
        assert kept(actor) == {}


def test_what_is_tried_and_taken_back_is_no_use(people, kept):
    with unit_of_work(people.as_ann):
        rehearse(lambda: require(CUSTOMER, "create"))
    assert kept(people.as_ann) == {}
    with unit_of_work(people.as_ann):
        noted(lambda: require(CUSTOMER, "create"))
    assert kept(people.as_ann).keys() == {(CUSTOMER, "create")}


def test_a_request_costs_no_statement_more(people, login, statements, monkeypatch, make):
    client = login(make.user("carl", employee=make.employee("Carl")))
    client.get("/customers/")  # what a process remembers is read

    def asked():
        with statements() as sent:
            assert client.get("/customers/").status_code == 200
        return list(sent)

    noting = asked()
    for place in ("records", "principal", "verifier"):
        monkeypatch.setattr(f"core.access.{place}.note", lambda *_: None)
    assert len(noting) == len(asked())
    assert not any("core_access_use" in one for one in noting)


def test_each_leaves_the_process_once_a_day(people, kept):
    def look():
        with unit_of_work(people.as_ann) as session:
            session.scalars(select(Customer)).all()

    look()
    assert hand_over(at_once=True) == 1
    look()
    assert hand_over(at_once=True) == 0
    with frozen(now() + timedelta(days=1)):
        look()
        assert kept(people.as_ann) == {QUERY: today()}
        with read_only(SYSTEM) as session:
            first = session.scalar(select(AccessUse.first_on))
            assert (first, recorded(session).since) == (today() - timedelta(days=1),) * 2


def test_a_day_that_comes_late_takes_nothing_back(people, kept):
    key, late = (people.as_ann.user_id, *QUERY), today() - timedelta(days=3)
    for day in (today(), late):
        with unit_of_work(SYSTEM) as session:
            store(session, {key: day})
    assert kept(people.as_ann) == {QUERY: today()}


def test_others_wait_a_minute_for_the_first(people, kept):
    with unit_of_work(people.as_ann) as session:
        session.scalars(select(Customer)).all()
    assert hand_over() == 0
    assert hand_over(at_once=True) == 1


def test_what_cannot_be_kept_goes_on_waiting(people, kept, monkeypatch):
    with unit_of_work(people.as_ann) as session:
        session.scalars(select(Customer)).all()
    with monkeypatch.context() as broken:
        broken.setattr(use_record, "store", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hand_over(at_once=True)
    assert kept(people.as_ann) == {QUERY: today()}


def test_uses_of_an_account_go_with_it_and_hinder_nobody(people, kept, make):
    gone = make.user("gone").id
    with unit_of_work(SYSTEM) as session:
        store(session, {(gone, *QUERY): today()})
    with unit_of_work(SYSTEM) as session:
        session.execute(delete(User).where(User.id == gone))
    with unit_of_work(SYSTEM) as session:
        assert session.get(AccessUse, (gone, *QUERY)) is None
        assert (
            store(session, {(gone, *QUERY): today(), (people.as_ann.user_id, *QUERY): today()}) == 1
        )


def test_processes_do_not_wait_for_each_other_crosswise(app, people):
    """PostgreSQL would end one of the two; the order in which uses were noted is any order."""
    days = {
        (people.as_ann.user_id, f"toy.r{number % 40}", f"v{number}"): today()
        for number in range(1_500)
    }
    faults = []

    def hand(order):
        try:
            for later in range(4):
                with app.app_context(), unit_of_work(SYSTEM) as session:
                    store(session, {key: days[key] + timedelta(days=later) for key in order})
        except Exception as error:
            faults.append(error)

    several = [threading.Thread(target=hand, args=(one,)) for one in (list(days), list(days)[::-1])]
    for one in several:
        one.start()
    for one in several:
        one.join(60)
    assert faults == []
    with read_only(SYSTEM) as session:
        assert session.scalar(select(func.min(AccessUse.last_on))) == today() + timedelta(days=3)


@pytest.mark.parametrize("runs_jobs", [True, False])
def test_a_process_that_ends_in_order_hands_over(app, people, kept, runs_jobs):
    running = Worker(app, runs_jobs=runs_jobs)
    running.start()
    with unit_of_work(people.as_ann) as session:
        session.scalars(select(Customer)).all()
    running.stop()
    with read_only(SYSTEM) as session:
        assert recorded(session).by_user[people.as_ann.user_id] == {QUERY: today()}


def test_a_worker_without_jobs_runs_none(app, monkeypatch):
    monkeypatch.setattr("core.jobs.worker.work_once", lambda _app: pytest.fail("a job was run"))
    monkeypatch.setattr("core.jobs.worker.POLL_SECONDS", 0.01)
    running = Worker(app, runs_jobs=False)
    running.start()
    threading.Event().wait(0.1)
    assert running._thread.is_alive()
    running.stop()


def test_a_test_starts_no_thread(app):
    start_worker(app)
    assert "sunmao_worker" not in app.extensions


@pytest.mark.processes
def test_a_server_without_jobs_keeps_uses_when_it_ends_and_loses_some_when_it_is_killed(
    app, gunicorn, make, people
):
    ann = User(id=people.as_ann.user_id, login="ann", session_version=1)
    for stop, kept in (("kill", set()), ("stop", {QUERY})):
        server = gunicorn(workers=1, job_engine="off")
        assert RealClient.of(app, ann, server.address).get("/customers/").status == 200
        getattr(server, stop)()
        with read_only(SYSTEM) as session:
            found = recorded(session).by_user.get(people.as_ann.user_id, {})
        assert found.keys() & {QUERY} == kept


def test_days_are_those_of_the_site(people, kept):
    with frozen(datetime(2027, 3, 1, 17, tzinfo=UTC)), unit_of_work(people.as_ann) as session:
        session.scalars(select(Customer)).all()
    assert kept(people.as_ann) == {QUERY: date(2027, 3, 2)}
