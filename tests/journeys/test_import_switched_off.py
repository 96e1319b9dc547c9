"""An add-on is switched off in the middle of an import of its records, and on again."""

import time

import pytest

from core.actor import acting_as
from core.addons import lifecycle
from core.addons.registry import registry
from core.exchange.models import ImportRun
from core.jobs.models import Job
from core.unit_of_work import read_only
from tests.journeys.killing import SYSTEM, Journey
from tests.journeys.real_client import RealClient

ROWS = 4000
ADDON = "customers"


def switch(on: bool) -> None:
    registry().switchboard.forget()
    with acting_as(SYSTEM):
        (lifecycle.enable if on else lifecycle.disable)(ADDON, reason="journey")


def standing() -> tuple[int, str, str]:
    """Return the rows done, where the import stands and the state of its job."""
    registry().switchboard.forget()
    with read_only(SYSTEM) as session:
        run = session.get(ImportRun, 1)
        job = session.get(Job, run.job_id)
        return run.rows_done, run.standing, job.state


def wait_until(true) -> tuple[int, str, str]:
    deadline = time.monotonic() + 240
    while not true(found := standing()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


@pytest.mark.processes
def test_an_import_survives_its_add_on_being_switched_off_and_is_exact(app, make, gunicorn):
    user = make.administrator(locale="en")
    journey = Journey(app, user, lambda: gunicorn(workers=2, job_engine="embedded"), rows=ROWS)
    client = RealClient.of(app, user, journey.server.address)
    journey.start_import()
    for share in (0.1, 0.4):
        wait_until(lambda found, share=share: found[0] > share * ROWS)
        switch(on=False)
        client.get("/")  # the servers look anew
        time.sleep(1)
        before = wait_until(lambda found: found[1:] == ("waiting", "pending"))
        assert before[0] < ROWS, "the import was over before: it proves nothing"
        time.sleep(3)
        assert standing() == before, "it moved, or failed, while its add-on was off"
        assert "waits because the add-on" in client.get("/imports/1").text
        assert "waits for its add-on" in client.get("/admin/jobs/?kind=exchange.apply").text
        switch(on=True)
    wait_until(lambda found: found[1:] == ("done", "done"))
    journey.judge()
    assert journey.report.counts == (ROWS, 0, 0, 0)
    assert journey.report.missing == set()
    assert journey.report.twice == []
