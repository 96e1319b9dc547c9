"""Jobs that were left behind go on when a server starts, before anybody visits it."""

import subprocess
import sys
import time

import pytest

from core.actor import system_actor
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.testing.serving import ROOT, ServerProcess, free_port
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
pytestmark = pytest.mark.processes


class UnvisitedServer(ServerProcess):
    """gunicorn that nobody asks for a page."""

    def _wait(self):
        pass


@pytest.fixture
def environment(app, site):
    """Give what a process needs to be a server of this site."""
    site.touch()
    return {
        "SUNMAO_INSTANCE": str(site.instance),
        "SUNMAO_DATABASE_URL": site.database.url,
        "SUNMAO_JOB_ENGINE": "embedded",
    }


def queued():
    with unit_of_work(SYSTEM) as session:
        return enqueue(session, "jobs.tidy", {})


def state(job_id):
    with read_only(SYSTEM) as session:
        return session.get(Job, job_id).state


def must_end(job_id):
    deadline = time.monotonic() + 90
    while state(job_id) != "done":
        assert time.monotonic() < deadline, state(job_id)
        time.sleep(0.2)


def test_gunicorn_does_what_is_queued_without_a_visitor(environment, tmp_path):
    job_id = queued()
    server = UnvisitedServer(environment, workers=2, log=tmp_path / "server.log")
    try:
        must_end(job_id)
    finally:
        server.stop()


def test_the_small_server_does_what_is_queued_without_a_visitor(environment, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    job_id = queued()
    command = [sys.executable, "-m", "core.cli.main", "serve", "--port", str(free_port())]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        must_end(job_id)
    finally:
        server.terminate()
        server.wait(20)


def test_a_command_leaves_the_queue_alone(environment, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    job_id = queued()
    command = [sys.executable, "-m", "core.cli.main", "addon", "list"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    assert state(job_id) == "pending"
