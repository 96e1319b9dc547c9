"""kill -9 of the whole server, again and again, while a file is imported and people write."""

import random
import threading
import time

import pytest
from sqlalchemy import func, select

from core.actor import system_actor
from core.unit_of_work import read_only
from tests.journeys.real_client import RealClient, chosen_options

KILLS = 2  # each costs a lease of half a minute
ROWS = 1500
PATIENCE = 180.0
SYSTEM = system_actor("test")

pytestmark = pytest.mark.processes


def the_file() -> bytes:
    lines = ["Symbol,Security,GICS Sector,GICS Sub-Industry,Headquarters Location,Founded"]
    lines += [
        f"K{n},Killed {n} Co,Industrials,Sort {n % 7},Town,19{n % 90:02}" for n in range(ROWS)
    ]
    return "\n".join(lines).encode()


class Person(threading.Thread):
    """Creates accounts and notes which were acknowledged; goes on when the server is away."""

    def __init__(self, client: RealClient) -> None:
        super().__init__()
        self.client = client
        self.acknowledged: list[str] = []
        self.slowest = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            name = f"By hand {number}"
            began = time.monotonic()
            try:
                answer = self.client.submit("/customers/new", {"name": name})
            except (OSError, AssertionError, ConnectionError):
                time.sleep(0.2)
                continue
            if answer.status in {302, 303}:
                self.acknowledged.append(name)
                self.slowest = max(self.slowest, time.monotonic() - began)


def start_import(client: RealClient) -> str:
    form = "/imports/new/customers.customer"
    columns = client.upload(form, "companies.csv", the_file()).location
    page = client.get(columns)
    assert client.submit(columns, chosen_options(page.text)).status in {302, 303}
    place = columns.removesuffix("/columns")
    assert client.submit(f"{place}/start", {}, form=columns).status in {302, 303}
    return place


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(app, make, gunicorn):
    from addons.customers.models import Customer
    from core.exchange.models import ImportRun

    user = make.administrator()
    server = gunicorn(workers=2)
    client = RealClient.of(app, user, server.address)
    chance = random.Random(7)
    start_import(client)
    person = Person(RealClient.of(app, user, server.address))
    person.start()
    kills, deadline = 0, time.monotonic() + PATIENCE
    try:
        while not _finished(ImportRun):
            assert time.monotonic() < deadline, "the import did not come to its end"
            time.sleep(chance.uniform(0.6, 1.4))
            if kills < KILLS and not _finished(ImportRun):
                server.kill()
                kills += 1
                server = gunicorn(workers=2)
                person.client.address = client.address = server.address
                client.get("/")  # the embedded worker begins with the first request
    finally:
        person.over.set()
        person.join()
    assert kills >= 2, "the import ended before the server was killed twice: it proves nothing"
    with read_only(SYSTEM) as session:
        names = list(session.scalars(select(Customer.name)))
        run = session.scalars(select(ImportRun)).one()
    assert len(names) == len(set(names)), "an account exists twice"
    assert {f"Killed {n} Co" for n in range(ROWS)} <= set(names)
    assert set(person.acknowledged) <= set(names), "an acknowledged account is lost"
    assert person.acknowledged, "nobody could write while the import ran"
    assert (run.created, run.refused) == (ROWS, 0)


def _finished(model) -> bool:
    with read_only(SYSTEM) as session:
        return bool(session.scalar(select(func.count()).where(model.finished_at.is_not(None))))
