"""Where an import stands: in its row, on its pages and in its programming interface."""

import pytest
from sqlalchemy import update

from core import clock
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.errors import Conflict
from core.exchange import importing, services
from core.exchange.upload import stored_path
from core.jobs import running
from core.jobs import services as job_services
from core.jobs.models import Job
from core.jobs.running import run_next
from core.unit_of_work import unit_of_work
from tests.core.exchange.test_importing import counts, healed, notes, result, run, start, upload
from tests.core.exchange.toy_exchange import MANY, SINGLE
from tests.core.jobs.toys import plugged

SYSTEM = system_actor("test")
ADDON = "customers"
ROWS = "code,note\n" + "".join(f"c{n},x\n" for n in range(40))


@pytest.fixture(autouse=True)
def _exchanges(toys, monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(importing, "BATCH_SECONDS", 0.0)
    with plugged(owner=ADDON, exchanges=[SINGLE, MANY]):
        yield


@pytest.fixture
def user(make):
    return make.administrator(locale="en")


@pytest.fixture
def importer(make, user):
    return make.actor(user)


def switch(on):
    with acting_as(SYSTEM):
        (lifecycle.enable if on else lifecycle.disable)(ADDON, reason="test")


def begun(importer):
    import_id = upload(importer, ROWS)
    job_id = start(importer, import_id)
    run_next(job_id=job_id)
    return import_id, job_id


def failed(importer):
    import_id = upload(importer, ROWS.replace("c23,x", "c23,bug"))
    job_id = start(importer, import_id)
    run(job_id)
    for _attempt in range(5):
        with unit_of_work(SYSTEM) as session:
            session.execute(update(Job).where(Job.id == job_id).values(due_at=clock.now()))
        run(job_id)
    return import_id, job_id


def test_an_import_waits_for_its_add_on_says_so_everywhere_and_loses_and_doubles_nothing(
    importer, user, login
):
    client = login(user)
    import_id, job_id = begun(importer)
    switch(on=False)
    run(job_id)
    stored = len(notes())
    assert 0 < stored < 40
    assert result(importer, import_id).standing == "waiting"
    page = client.get(f"/imports/{import_id}")
    assert "waits because the add-on “Customers” is disabled" in page.text
    assert "Resume" not in page.text
    assert page.headers["Refresh"]
    assert "waits for its add-on" in client.get("/imports/").text
    assert client.get(f"/api/v1/imports/{import_id}").json["state"] == "waiting"
    switch(on=True)
    assert client.get(f"/api/v1/imports/{import_id}").json["state"] == "running"
    run(job_id)
    assert result(importer, import_id).standing == "done"
    assert counts(result(importer, import_id)) == (40, 0, 0, 0)
    assert len(notes()) == 40


def test_a_failed_import_says_what_was_kept_and_goes_on_when_it_is_resumed(
    importer, user, login, monkeypatch
):
    client = login(user)
    import_id, job_id = failed(importer)
    assert result(importer, import_id).state == "failed"
    assert result(importer, import_id).finished_at is not None
    page = client.get(f"/imports/{import_id}")
    assert "The import stopped after 20 rows" in page.text
    assert f"under job {job_id}" in page.text
    assert "Traceback" not in page.text
    assert "Refresh" not in page.headers
    assert client.get(f"/api/v1/imports/{import_id}").json["state"] == "failed"
    monkeypatch.setattr("tests.core.exchange.toy_exchange.apply.__code__", healed.__code__)
    answer = client.submit(f"/imports/{import_id}/resume")
    assert answer.status_code == 302
    assert result(importer, import_id).state == "running"
    run(job_id)
    assert counts(result(importer, import_id)) == (40, 0, 0, 0)
    assert len(notes()) == 40
    with pytest.raises(Conflict), unit_of_work(importer) as session:
        services.resume(session, import_id)


def test_a_failed_import_whose_file_is_gone_is_not_offered_to_go_on(importer, user, login):
    import_id, _job_id = failed(importer)
    stored_path(result(importer, import_id).stored_as).unlink()
    page = login(user).get(f"/imports/{import_id}").text
    assert "Resume" not in page
    assert "Upload the file again" in page
    with pytest.raises(Conflict), unit_of_work(importer) as session:
        services.resume(session, import_id)


def test_an_administrator_who_cancels_or_repeats_the_job_moves_the_import_along(importer):
    import_id, job_id = begun(importer)
    with unit_of_work(SYSTEM) as session:
        job_services.cancel(session, job_id)
    assert result(importer, import_id).state == "cancelled"
    with unit_of_work(SYSTEM) as session:
        job_services.retry(session, job_id)
    assert result(importer, import_id).state == "running"
    run(job_id)
    assert result(importer, import_id).state == "done"


def test_a_file_that_vanished_fails_in_words_at_the_first_attempt(importer, user, login):
    import_id, job_id = begun(importer)
    stored_path(result(importer, import_id).stored_as).unlink()
    run(job_id)
    assert result(importer, import_id).state == "failed"
    assert "The uploaded file is no longer there" in login(user).get(f"/imports/{import_id}").text
