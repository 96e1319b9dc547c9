import re
import time
import urllib.request

import pytest

from core.actor import system_actor
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")


@pytest.mark.usefixtures("toys")
def test_the_administrators_list_of_jobs_shows_retries_and_cancels(make, login):
    client = login(make.administrator(locale="en"))
    with unit_of_work(SYSTEM) as session:
        first = enqueue(session, "toy.count", {"total": 1})
        second = enqueue(session, "toy.count", {"total": 1})
    page = client.get("/admin/jobs/?kind=toy.count")
    assert page.status_code == 200
    assert "Count" in page.text
    assert client.submit("/admin/jobs/cancel", {"ids": str(first)}).status_code == 302
    assert client.submit("/admin/jobs/retry", {"ids": str(second)}).status_code == 302
    assert client.get(f"/admin/jobs/{first}").status_code == 200
    with read_only(SYSTEM) as session:
        assert session.get(Job, first).state == "cancelled"
        assert session.get(Job, second).state == "pending"
    client.submit("/admin/jobs/retry", {"ids": str(first)})
    with read_only(SYSTEM) as session:
        assert session.get(Job, first).state == "pending"
    assert login(make.user()).get("/admin/jobs/").status_code == 403


@pytest.mark.usefixtures("toys")
def test_finished_work_of_the_site_does_not_hide_what_asks_for_a_look(make, login):
    boss = make.administrator(locale="en")
    client = login(boss)
    with unit_of_work(SYSTEM) as session:
        over = enqueue(session, "toy.count", {"total": 1})
        waiting = enqueue(session, "toy.count", {"total": 1})
        session.get_one(Job, over).state = "done"
    with unit_of_work(make.actor(boss)) as session:
        mine = enqueue(session, "toy.count", {"total": 1})
        session.get_one(Job, mine).state = "done"

    def shown(address):
        return set(re.findall(r'href="/admin/jobs/([0-9]+)"', client.get(address).text))

    assert shown("/admin/jobs/") == {str(waiting), str(mine)}
    everything = re.search(r'<a href="([^"]*)">All</a>', client.get("/admin/jobs/").text)[1]
    assert shown(everything) == {str(over), str(waiting), str(mine)}
    assert 'aria-current="true">All<' in client.get(everything).text


@pytest.mark.processes
def test_the_server_itself_runs_jobs_once_whichever_of_its_processes_takes_them(app, gunicorn):
    server = gunicorn(workers=2, job_engine="embedded")
    with unit_of_work(SYSTEM) as session:
        ids = [enqueue(session, "jobs.tidy", {"n": n}) for n in range(5)]
    for _visit in range(6):
        with urllib.request.urlopen(f"{server.address}/login", timeout=20) as answer:
            assert answer.status == 200
    end = time.monotonic() + 60
    states = set()
    while states != {"done"}:
        assert time.monotonic() < end, states
        time.sleep(0.2)
        with read_only(SYSTEM) as session:
            states = {session.get(Job, job_id).state for job_id in ids}
