"""kill -9 at random points: nothing that was promised is lost, nothing is done twice."""

import io
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import clock
from core.actor import system_actor
from core.exchange import services
from core.exchange.models import ImportRowError
from core.exchange.queries import own_import
from core.exchange.upload import received
from core.jobs.models import Job, JobState
from core.jobs.services import enqueue
from core.jobs.worker import Worker
from core.unit_of_work import read_only, unit_of_work
from tests.core.exchange.toy_exchange import MANY, SINGLE
from tests.core.jobs.toys import Note, effects, plugged

SYSTEM = system_actor("test")
ROOT = Path(__file__).resolve().parents[3]
LEASE = 1.0
PATIENCE = 120
pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("toys")]


class Victim:
    """A worker process that is started again whenever it was killed."""

    def __init__(self, site):
        self.environment = os.environ | {
            "SUNMAO_INSTANCE": str(site.instance),
            "SUNMAO_DATABASE_URL": site.database.url,
            "SUNMAO_TESTING": "true",
            "TOY_LEASE": str(LEASE),
        }
        self.kills = 0
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.jobs.toy_worker"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.kills += 1


@pytest.fixture
def victims(site):
    site.touch()
    started = []

    def start(number):
        started.extend(Victim(site) for _n in range(number))
        return started

    yield start
    for victim in started:
        if victim.process.poll() is None:
            victim.kill()


def all_over(kind):
    with read_only(SYSTEM) as session:
        return (
            session.execute(
                select(func.count()).where(
                    Job.kind == kind, Job.state.in_([JobState.PENDING, JobState.LEASED])
                )
            ).scalar_one()
            == 0
        )


def wait_until(over):
    end = time.monotonic() + PATIENCE
    while not over():
        assert time.monotonic() < end, "the jobs did not come to their end"
        time.sleep(0.1)


def test_killed_workers_lose_no_job_and_repeat_no_step(victims):
    workers = victims(2)
    acknowledged = {}
    dice = random.Random(20)
    for kill in range(6):
        for _n in range(6):
            total = dice.randint(1, 6)
            with unit_of_work(SYSTEM) as session:
                job_id = enqueue(session, "toy.count", {"total": total, "slow": True})
            acknowledged[job_id] = total
        time.sleep(dice.uniform(0.02, 0.3))
        victim = workers[kill % 2]
        victim.kill()
        victim.start()
    wait_until(lambda: all_over("toy.count"))
    with read_only(SYSTEM) as session:
        found = effects(session)
        states = set(session.execute(select(Job.state).where(Job.kind == "toy.count")).scalars())
    assert found == {job_id: list(range(1, total + 1)) for job_id, total in acknowledged.items()}
    assert states == {"done"}
    assert sum(worker.kills for worker in workers) == 6


@pytest.mark.parametrize("key", ["toy.single", "toy.many"])
def test_a_killed_import_resumes_with_every_row_exactly_once(victims, make, key):
    importer = make.actor(make.administrator())
    total = 3000 if key == "toy.many" else 600
    text = "code,note\n" + "".join(f"c{n},{n}\n" if n % 10 else ",bad\n" for n in range(total))
    with plugged(exchanges=[SINGLE, MANY]):
        with (
            received(io.BytesIO(text.encode()), "x.csv") as upload,
            unit_of_work(importer) as session,
        ):
            import_id = services.add_import(session, key, upload)
        with unit_of_work(importer) as session:
            services.start(session, import_id)
        (worker,) = victims(1)
        dice = random.Random(3)
        for _kill in range(4):
            time.sleep(dice.uniform(0.05, 0.4))
            worker.kill()
            worker.start()
        wait_until(lambda: all_over("exchange.apply"))
        with read_only(importer) as session:
            done = own_import(session, import_id)
    with read_only(SYSTEM) as session:
        stored = session.execute(select(func.count()).select_from(Note)).scalar_one()
        refused = session.execute(select(func.count()).select_from(ImportRowError)).scalar_one()
    bad = total // 10
    assert done.state == "done"
    assert (done.rows_done, done.created, done.unchanged, done.updated) == (
        total,
        total - bad,
        0,
        0,
    )
    assert (stored, refused, done.refused) == (total - bad, bad, bad)


def test_web_writers_are_served_while_a_long_import_runs(app, make):
    importer = make.actor(make.administrator())
    text = "code,note\n" + "".join(f"c{n},{n}\n" for n in range(4000))
    with plugged(exchanges=[MANY]):
        with (
            received(io.BytesIO(text.encode()), "x.csv") as upload,
            unit_of_work(importer) as session,
        ):
            import_id = services.add_import(session, "toy.many", upload)
        with unit_of_work(importer) as session:
            services.start(session, import_id)
        worker = Worker(app)
        worker.start()
        written = write_until(lambda: all_over("exchange.apply"), app)
        worker.stop()
        with read_only(importer) as session:
            done = own_import(session, import_id)
    assert done.created == 4000
    assert all(count >= 10 for count in written), written


def write_until(over, app):
    """Write from three threads as requests would, until `over`; return how often each could."""
    written = [0, 0, 0]
    stop = threading.Event()

    def write(number):
        with app.app_context():
            while not stop.is_set():
                with unit_of_work(SYSTEM) as session:
                    session.add(Note(text=f"web {number} {clock.now()}"))
                written[number] += 1
                time.sleep(0.01)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        wait_until(over)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return written
