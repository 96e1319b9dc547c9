"""A job whose add-on is switched off waits untouched, in the list and on its page as well."""

import threading

import pytest
from sqlalchemy import text

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.contributions import JobDef
from core.errors import NotFound
from core.jobs import running, services
from core.jobs.leasing import claim
from core.jobs.models import Job
from core.jobs.running import run_next, run_slice
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.toys import effects, plugged

SYSTEM = system_actor("test")
ADDON = "customers"
WORDS = "waits because the add-on"

pytestmark = pytest.mark.usefixtures("toys")


def switch(on):
    with acting_as(SYSTEM):
        (lifecycle.enable if on else lifecycle.disable)(ADDON, reason="test")


def put(kind="toy.count", **payload):
    with unit_of_work(SYSTEM) as session:
        return services.enqueue(session, kind, {"total": 3} | payload, addon=ADDON)


def job(job_id):
    with read_only(SYSTEM) as session:
        return session.get(Job, job_id)


def test_a_job_of_the_core_for_an_add_on_waits_while_that_is_off_and_then_goes_on(monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    job_id = put()
    assert run_next(job_id=job_id)
    switch(on=False)
    assert not run_next(job_id=job_id)
    assert (job(job_id).state, job(job_id).cursor) == ("pending", {"number": 1})
    switch(on=True)
    while run_next(job_id=job_id):
        pass
    assert job(job_id).state == "done"
    with read_only(SYSTEM) as session:
        assert effects(session) == {job_id: [1, 2, 3]}


def test_a_job_that_was_claimed_before_the_switch_is_put_back_unharmed():
    job_id = put()
    with unit_of_work(SYSTEM) as session:
        lease = claim(session, job_id=job_id)
    switch(on=False)
    run_slice(lease)
    found = job(job_id)
    assert (found.state, found.attempts, found.last_error) == ("pending", 0, "")


@pytest.mark.parametrize("error", [NotFound("no such import"), KeyError("a table of the add-on")])
def test_a_step_that_fails_because_its_add_on_was_switched_off_meanwhile_is_no_failure(app, error):
    def somebody():
        with app.app_context():
            switch(on=False)

    def step(_run):
        thread = threading.Thread(target=somebody)
        thread.start()
        thread.join()
        raise error

    kind = JobDef(kind="toy.switched", title="Switched", step=step, reads_only=True)
    with plugged(jobs=[kind]):
        job_id = put("toy.switched")
        run_next(job_id=job_id)
        found = job(job_id)
        assert (found.state, found.attempts, found.last_error) == ("pending", 0, "")


def test_whoever_declares_a_kind_follows_its_jobs_into_failure_and_back():
    seen = []

    def fail(_run):
        raise NotFound("gone")

    kind = JobDef(
        kind="toy.told",
        title="Told",
        step=fail,
        moved=lambda _session, job_id, state: seen.append((job_id, state)),
    )
    with plugged(jobs=[kind]):
        job_id = put("toy.told")
        run_next(job_id=job_id)
        with unit_of_work(SYSTEM) as session:
            services.retry(session, job_id)
        with unit_of_work(SYSTEM) as session:
            services.cancel(session, job_id)
    assert seen == [(job_id, "dead"), (job_id, "pending"), (job_id, "cancelled")]


def test_a_follower_that_fails_keeps_no_job_from_its_end_and_stops_no_other():
    def fail(_run):
        raise NotFound("gone")

    def stumble(session, _job_id, _state):
        session.execute(text("SELECT nothing FROM nowhere"))

    kind = JobDef(kind="toy.told", title="Told", step=fail, moved=stumble, max_attempts=1)
    with plugged(jobs=[kind]):
        job_id = put("toy.told")
        run_next(job_id=job_id)
    assert job(job_id).state == "dead"


def test_the_administrators_pages_say_what_a_parked_job_waits_for(make, login):
    client = login(make.administrator(locale="en"))
    job_id = put()
    assert WORDS not in client.get(f"/admin/jobs/{job_id}").text
    switch(on=False)
    page = client.get(f"/admin/jobs/{job_id}").text
    assert WORDS in page
    assert "Customers" in page
    assert "waits for its add-on" in client.get("/admin/jobs/?kind=toy.count").text
    switch(on=True)
    assert "waits for its add-on" not in client.get("/admin/jobs/?kind=toy.count").text


def test_a_finished_job_of_an_add_on_that_is_off_is_done_and_not_waiting(make, login):
    client = login(make.administrator(locale="en"))
    job_id = put("toy.count", total=1)
    while run_next(job_id=job_id):
        pass
    assert job(job_id).state == "done"
    switch(on=False)
    assert WORDS not in client.get(f"/admin/jobs/{job_id}").text
    assert "waits for its add-on" not in client.get("/admin/jobs/?kind=toy.count").text
