import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.enabled import EnabledSet
from core.addons.models import Worker
from core.addons.workers import WorkerReport
from core.clock import frozen, now
from core.unit_of_work import read_only, unit_of_work

OPERATOR = system_actor("test")


def seen():
    with read_only(OPERATOR) as session:
        return session.execute(
            select(Worker.pid, Worker.module_version, Worker.code_version, Worker.seen_at)
        ).all()


def test_a_process_has_one_row_that_follows_what_it_sees(pet_app):
    report = WorkerReport(pet_app)
    report.first_code_version = 4
    report.write(EnabledSet(7, 4))
    report.write(EnabledSet(9, 5))
    assert [row[1:3] for row in seen()] == [(9, 4)]  # it still runs the code that it began with


def test_processes_that_fell_silent_are_forgotten(pet_app):
    with unit_of_work(OPERATOR) as session:
        session.add(Worker(host="elsewhere", pid=1))
    with frozen(now() + timedelta(minutes=11)):
        WorkerReport(pet_app).write(EnabledSet(1, 1))
        assert [row[0] for row in seen()] != []
        assert 1 not in [row[0] for row in seen()]


def test_only_older_code_retires(pet_app):
    report = WorkerReport(pet_app)
    assert not report.must_retire(5)  # it does not know yet what it runs
    report.first_code_version = 5
    assert not report.must_retire(5)
    assert report.must_retire(6)


@pytest.mark.processes
def test_new_code_makes_every_gunicorn_worker_start_again_without_a_failed_request(app, gunicorn):
    """Requests go on, several at once so that no worker is idle, while both are replaced."""
    server = gunicorn(workers=2)
    deadline = time.monotonic() + 60

    def ask():
        with urllib.request.urlopen(f"{server.address}/login") as answer:
            assert answer.status == 200

    def booted():
        return len(re.findall(r"Booting worker with pid", server.log.read_text()))

    def crowd_until(reached):
        with ThreadPoolExecutor(4) as crowd:
            while not reached() and time.monotonic() < deadline:
                for answered in [crowd.submit(ask) for _ in range(8)]:
                    answered.result()
        assert reached(), server.log.read_text()[-2000:]

    crowd_until(lambda: len(seen()) == 2)  # both have loaded the site and answered
    assert booted() == 2
    with acting_as(OPERATOR):
        lifecycle.reload_code(reason="test")
    crowd_until(lambda: booted() == 4)
    for _ in range(20):
        ask()
    assert booted() == 4
