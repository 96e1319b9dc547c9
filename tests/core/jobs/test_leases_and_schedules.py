import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core import clock
from core.contributions import JobDef
from core.jobs import running
from core.jobs.leasing import Fenced, back_off, claim
from core.jobs.models import Job, ScheduleFire
from core.jobs.schedules import SEEN, fire_due_schedules
from core.jobs.tidy import forget_old_jobs
from core.jobs.worker import drain
from core.testing.plugin import KINDS
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.handling import SYSTEM, add, change, done, job, run_toys
from tests.core.jobs.toys import COUNT, HOURLY, plugged

pytestmark = pytest.mark.usefixtures("toys")


def test_a_worker_that_lost_its_lease_can_store_nothing(frozen):
    job_id = add("toy.count", {"total": 2})
    with unit_of_work(SYSTEM) as session:
        zombie = claim(session, job_id=job_id)
    with frozen(clock.now() + timedelta(minutes=1)), unit_of_work(SYSTEM) as session:
        heir = claim(session, job_id=job_id)
    assert heir is not None
    assert heir.token != zombie.token
    with pytest.raises(Fenced):
        running._stored_step(zombie, COUNT, last=False)
    assert done() == {}
    running.run_slice(zombie)
    assert done() == {}
    running.run_slice(heir)
    assert done() == {job_id: [1, 2]}


def test_a_lease_lost_in_the_middle_of_a_step_undoes_the_step():
    job_id = add("toy.count", {"total": 2})
    with unit_of_work(SYSTEM) as session:
        lease = claim(session, job_id=job_id)

    def robbed(run):
        step = COUNT.step(run)
        run.session.execute(update(Job).where(Job.id == run.id).values(lease_token="other"))
        return step

    with pytest.raises(Fenced):
        running._stored_step(lease, JobDef(kind="toy.count", title="", step=robbed), last=False)
    assert done() == {}


@pytest.mark.parametrize("database", [k for k in KINDS if k == "postgresql"], indirect=True)
def test_a_running_step_cannot_be_claimed_by_another_worker_even_when_its_lease_is_over(
    app,
):
    job_id = add("toy.count", {"total": 1})
    with unit_of_work(SYSTEM) as session:
        lease = claim(session, job_id=job_id)
    change(job_id, lease_until=clock.now() - timedelta(minutes=1))
    seen = []

    def watched(run):
        def other():
            with app.app_context(), unit_of_work(SYSTEM) as session:
                seen.append(claim(session, job_id=job_id))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return COUNT.step(run)

    running._stored_step(lease, JobDef(kind="toy.count", title="", step=watched), last=False)
    assert seen == [None]
    assert done() == {job_id: [1]}


def test_many_workers_do_each_step_of_each_job_exactly_once(app):
    ids = [add("toy.count", {"total": 3, "slow": True}) for _n in range(25)]
    faults = []

    def work():
        try:
            drain(app)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(app)
    assert not faults
    assert done() == {job_id: [1, 2, 3] for job_id in ids}


def test_a_job_whose_kind_is_off_is_parked_and_goes_on_later():
    kind = JobDef(kind="toy.parked", title="", step=COUNT.step)
    with plugged(jobs=[kind]):
        job_id = add("toy.parked", {"total": 1})
    run_toys()
    assert (job(job_id).state, job(job_id).attempts) == ("pending", 0)
    assert done() == {}
    with plugged(jobs=[kind]):
        run_toys()
    assert done() == {job_id: [1]}


def test_a_kind_that_goes_off_between_two_steps_is_parked_where_it_stands():
    kind = JobDef(kind="toy.parked", title="", step=COUNT.step)
    with plugged(jobs=[kind]):
        job_id = add("toy.parked", {"total": 3})
        with unit_of_work(SYSTEM) as session:
            lease = claim(session, job_id=job_id)
        running._stored_step(lease, kind, last=False)
    running.run_slice(lease)
    assert (job(job_id).state, job(job_id).cursor) == ("pending", {"number": 1})
    with plugged(jobs=[kind]):
        run_toys()
    assert done() == {job_id: [1, 2, 3]}


def test_a_schedule_fires_once_an_interval_however_many_look(app, frozen):
    instant = clock.now().replace(minute=30, second=0, microsecond=0)
    with plugged(jobs=[HOURLY]):
        for hours in (0, 0, 1, 1, 2):
            app.extensions.pop(SEEN, None)
            with frozen(instant + timedelta(hours=hours)):
                fire_due_schedules()
                fire_due_schedules()
    with read_only(SYSTEM) as session:
        assert (
            session.execute(select(func.count()).where(Job.kind == "toy.hourly")).scalar_one() == 3
        )
        assert (
            session.execute(
                select(func.count()).where(ScheduleFire.schedule == "toy.hourly")
            ).scalar_one()
            == 3
        )


def test_two_workers_that_see_a_schedule_at_the_same_time_fire_it_once(app):
    barrier = threading.Barrier(4)

    def look():
        with app.app_context():
            barrier.wait()
            fire_due_schedules()

    with plugged(jobs=[HOURLY]):
        threads = [threading.Thread(target=look) for _n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with read_only(SYSTEM) as session:
        assert (
            session.execute(select(func.count()).where(Job.kind == "toy.hourly")).scalar_one() == 1
        )


def test_jobs_that_ended_long_ago_are_forgotten_and_dead_letters_are_not():
    old = clock.now() - timedelta(days=31)
    ended, dead, open_ = (add("toy.count", {"total": 1}) for _n in range(3))
    change(ended, state="done", finished_at=old)
    change(dead, state="dead", finished_at=old)
    with unit_of_work(SYSTEM) as session:
        assert forget_old_jobs(session) == 1
    assert job(ended) is None
    assert job(dead) is not None
    assert job(open_) is not None


def test_the_pause_before_another_attempt_grows_and_is_bounded():
    pauses = [back_off(attempt) for attempt in range(1, 40)]
    assert timedelta(seconds=1) <= pauses[0] <= timedelta(seconds=3)
    assert all(pause <= timedelta(minutes=15) for pause in pauses)
    assert min(pauses[20:]) >= timedelta(minutes=5)
