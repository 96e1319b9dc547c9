from datetime import timedelta

import pytest
from sqlalchemy import update

from core import clock
from core.accounts.models import User
from core.contributions import JobDef, Step
from core.jobs import running
from core.jobs.leasing import claim
from core.jobs.running import run_next
from core.jobs.services import cancel, retry
from core.jobs.worker import drain, work_once
from core.unit_of_work import unit_of_work
from tests.core.jobs.handling import SYSTEM, add, change, done, job, run_toys
from tests.core.jobs.toys import COUNT, plugged

pytestmark = pytest.mark.usefixtures("toys")


def test_a_job_runs_step_by_step_to_its_end():
    job_id = add("toy.count", {"total": 5})
    run_toys()
    assert done() == {job_id: [1, 2, 3, 4, 5]}
    ended = job(job_id)
    assert (ended.state, ended.progress_done, ended.progress_total) == ("done", 5, 5)
    assert ended.finished_at is not None
    assert ended.lease_token is None


def test_a_job_that_is_not_due_waits(frozen):
    add("toy.count", {"total": 1}, due_at=clock.now() + timedelta(hours=1))
    run_toys()
    assert done() == {}
    with frozen(clock.now() + timedelta(hours=2)):
        run_toys()
    assert len(done()) == 1


def test_the_urgent_goes_first_and_then_the_longest_due():
    early = clock.now() - timedelta(hours=1)
    late = add("toy.count", {"total": 1}, due_at=early + timedelta(minutes=1), priority=0)
    first = add("toy.count", {"total": 1}, due_at=early, priority=0)
    urgent = add("toy.count", {"total": 1}, priority=5)
    order = []
    with unit_of_work(SYSTEM) as session:
        while (lease := claim(session)) is not None:
            order.append(lease.job_id)
    assert [one for one in order if one in {late, first, urgent}] == [urgent, first, late]


def test_a_failing_step_leaves_nothing_is_repeated_with_a_pause_and_ends_as_a_dead_letter(frozen):
    job_id = add("toy.fail")
    instant = clock.now()
    for attempt in (1, 2):
        with frozen(instant):
            run_toys()
            now = job(job_id)
            assert (now.state, now.attempts) == ("pending", attempt)
            assert now.due_at > instant
            assert "a bug in a step" in now.last_error
            instant = now.due_at
    with frozen(instant):
        run_toys()
    assert job(job_id).state == "dead"
    assert done() == {}


def test_a_refusal_is_final_and_kept_in_its_own_words():
    job_id = add("toy.refuse")
    run_toys()
    ended = job(job_id)
    assert (ended.state, ended.last_error) == ("dead", "the budget is closed")


def test_a_job_whose_worker_dies_each_time_becomes_a_dead_letter(frozen):
    job_id = add("toy.die")
    instant = clock.now()
    for _death in range(2):
        with frozen(instant), pytest.raises(SystemExit):
            run_next(job_id=job_id)
        assert job(job_id).state == "leased"
        instant += timedelta(minutes=5)
    with frozen(instant):
        assert not run_next(job_id=job_id)
    assert job(job_id).state == "dead"
    assert job(job_id).last_error


def test_a_long_jobs_attempts_count_anew_at_every_step_that_worked():
    trouble = {3, 6, 9}

    def stumbling(run):
        number = run.cursor.get("number", 0) + 1
        if number in trouble:
            trouble.discard(number)
            raise KeyError(number)
        return Step(cursor={"number": number}, done=number >= 10)

    kind = JobDef(kind="toy.stumble", title="Stumble", step=stumbling, max_attempts=2)
    with plugged(jobs=[kind]):
        job_id = add("toy.stumble")
        for _stumble in range(4):
            run_toys()
            change(job_id, due_at=clock.now())
        assert job(job_id).state == "done"


def test_a_cancelled_job_stops_before_its_next_step_and_can_be_taken_up_again():
    def cancelling(run):
        step = COUNT.step(run)
        if step.cursor["number"] == 2 and run.payload.get("first"):
            cancel(run.session, run.id)
        return step

    job_id = add("toy.count", {"total": 4})
    with unit_of_work(SYSTEM) as session:
        lease = claim(session, job_id=job_id)
    running._stored_step(lease, COUNT, last=False)
    with unit_of_work(SYSTEM) as session:
        cancel(session, job_id)
    running.run_slice(lease)
    assert done() == {job_id: [1]}
    assert job(job_id).state == "cancelled"
    with unit_of_work(SYSTEM) as session:
        retry(session, job_id)
    run_toys()
    assert done() == {job_id: [1, 2, 3, 4]}


def test_a_long_job_is_given_back_so_that_others_get_their_turn(monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    long = add("toy.count", {"total": 3})
    short = add("toy.count", {"total": 1})
    with unit_of_work(SYSTEM) as session:
        first = claim(session, job_id=long)
    running.run_slice(first)
    assert done() == {long: [1]}
    assert job(long).state == "pending"
    with unit_of_work(SYSTEM) as session:
        assert job(short).due_at < job(long).due_at
        assert claim(session, job_id=short) is not None
    run_toys()
    assert done()[long] == [1, 2, 3]


def test_a_user_whose_account_is_off_by_now_gets_words_and_no_effect(make):
    user = make.user()
    job_id = add("toy.count", {"total": 1}, actor=make.actor(user))
    with unit_of_work(SYSTEM) as session:
        session.execute(update(User).where(User.id == user.id).values(active=False))
    run_toys()
    ended = job(job_id)
    assert ended.state == "dead"
    assert ended.last_error
    assert "Traceback" not in ended.last_error
    assert done() == {}


def test_a_step_runs_as_the_originator(make):
    seen = []
    kind = JobDef(
        kind="toy.who", title="", step=lambda run: (seen.append(run.actor), Step(done=True))[1]
    )
    actor = make.actor()
    with plugged(jobs=[kind]):
        add("toy.who", actor=actor)
        run_toys()
    assert seen[0].user_id == actor.user_id
    assert seen[0].employee_id == actor.employee_id
    assert not seen[0].is_administrator


def test_a_quiet_worker_says_so(app):
    drain(app)
    assert not work_once(app)
