import threading

import pytest

from core.actor import system_actor
from core.cli.jobs import worker
from core.jobs.services import enqueue
from core.jobs.worker import Worker
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.toys import effects

SYSTEM = system_actor("test")
pytestmark = pytest.mark.usefixtures("toys")


def test_the_command_runs_what_is_due_once_and_ends(app):
    with unit_of_work(SYSTEM) as session:
        job_id = enqueue(session, "toy.count", {"total": 2})
    result = app.test_cli_runner().invoke(worker, ["--once"])
    assert result.exit_code == 0, result.output
    with read_only(SYSTEM) as session:
        assert effects(session) == {job_id: [1, 2]}


def test_a_worker_thread_wakes_for_a_commit_and_stops_when_told(app):
    running = Worker(app)
    running.start()
    with unit_of_work(SYSTEM) as session:
        job_id = enqueue(session, "toy.count", {"total": 1})
    done = threading.Event()
    for _look in range(200):
        with read_only(SYSTEM) as session:
            if effects(session) == {job_id: [1]}:
                break
        done.wait(0.05)
    running.stop()
    assert not running._thread.is_alive()
    with read_only(SYSTEM) as session:
        assert effects(session) == {job_id: [1]}


def test_a_worker_outlives_a_database_that_does_not_answer(app, monkeypatch):
    tries = []

    def stumble(_app):
        tries.append(1)
        if len(tries) > 2:
            running.request_stop()
        raise OSError("the database is away")

    monkeypatch.setattr("core.jobs.worker.work_once", stumble)
    monkeypatch.setattr("core.jobs.worker.POLL_SECONDS", 0.01)
    running = Worker(app)
    running.run()
    assert len(tries) == 3


def test_a_worker_with_old_code_retires(app, monkeypatch):
    running = Worker(app, retires=True)
    monkeypatch.setattr(app.extensions["sunmao_process"], "first_code_version", -1)
    running.run()
    assert running._code_is_old()
