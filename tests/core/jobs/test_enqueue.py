from dataclasses import replace

import pytest
from sqlalchemy import select

from core.actor import system_actor
from core.contributions import JobDef, Step
from core.errors import ProgrammingFault
from core.jobs.models import Job
from core.jobs.originator import originator
from core.jobs.running import run_next
from core.jobs.services import enqueue
from core.jobs.wake import wait_for_work, wake
from core.organisation.models import Employee
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.toys import plugged

SYSTEM = system_actor("test")
pytestmark = pytest.mark.usefixtures("toys")


def jobs():
    with read_only(SYSTEM) as session:
        return (
            session.execute(select(Job).where(Job.kind.like("toy.%")).order_by(Job.id))
            .scalars()
            .all()
        )


def test_a_job_stands_or_falls_with_the_unit_that_enqueued_it():
    with pytest.raises(KeyError), unit_of_work(SYSTEM) as session:
        enqueue(session, "toy.count", {"total": 1})
        raise KeyError
    assert jobs() == []
    with unit_of_work(SYSTEM) as session:
        job_id = enqueue(session, "toy.count", {"total": 1})
    assert [job.id for job in jobs()] == [job_id]


def test_the_same_idempotency_key_gives_the_same_job():
    with unit_of_work(SYSTEM) as session:
        first = enqueue(session, "toy.count", {"total": 1}, idempotency_key="a")
        again = enqueue(session, "toy.count", {"total": 9}, idempotency_key="a")
    with unit_of_work(SYSTEM) as session:
        later = enqueue(session, "toy.count", {"total": 9}, idempotency_key="a")
        other = enqueue(session, "toy.count", {"total": 1}, idempotency_key="b")
    assert first == again == later
    assert other != first
    assert [job.payload["total"] for job in jobs()] == [1, 1]


def test_a_kind_that_nobody_declares_is_a_defect():
    near = r"declares the job 'jobs\.tody'; did you mean 'jobs\.tidy'\?"
    with pytest.raises(ProgrammingFault, match=near), unit_of_work(SYSTEM) as session:
        enqueue(session, "jobs.tody", {})


def test_a_job_remembers_on_whose_behalf_it_runs(make, session_as):
    actor = make.actor()
    with session_as(actor) as session:
        enqueue(session, "toy.count", {"total": 1})
        enqueue(session, "toy.count", {"total": 1}, as_system=True)
    assert [job.as_user_id for job in jobs()] == [actor.user_id, None]


def test_the_bell_rings_after_the_commit_and_not_before():
    wake()
    wait_for_work(0)
    with unit_of_work(SYSTEM) as session:
        enqueue(session, "toy.count", {"total": 1})
        assert not rings()
    assert rings()


def rings():
    from core.jobs import wake as module

    return module._bell.is_set()


def test_what_an_api_token_starts_stays_within_the_scopes_of_the_token(make):
    seen = []

    def look(run):
        access = run.session.access
        seen.append((access.may("toy.note", "query"), access.may("toy.note", "create")))
        return Step(done=True)

    user = make.administrator()
    token = replace(make.actor(user), scopes=frozenset({("toy.note", "query")}))
    with plugged(jobs=[JobDef(kind="toy.look", title="Look", step=look)]):
        for actor in (make.actor(user), token):
            with unit_of_work(actor) as session:
                job_id = enqueue(session, "toy.look", {})
            assert run_next(job_id=job_id)
    assert seen == [(True, True), (True, False)]


def test_a_job_of_somebody_who_has_left_sees_what_the_pages_show_them(make):
    user = make.user("ann")
    with unit_of_work(SYSTEM) as session:
        session.get(Employee, user.employee_id).active = False
    with read_only(SYSTEM) as session:
        assert originator(session, user.id).employee_id is None
