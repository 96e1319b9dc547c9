"""A file is imported, people write, the server is killed with -9: what is there afterwards?"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import func, select

from addons.customers.models import CUSTOMER, Customer, StageMove
from core.accounts.models import User
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.exchange.models import ImportRun
from core.testing.serving import ServerProcess
from core.unit_of_work import read_only
from tests.journeys.real_client import RealClient, TornConnectionError, chosen_options

SYSTEM = system_actor("journey")
THINKING = 0.05  # seconds between two accounts of one person
PATIENCE = 900.0
HEADINGS = "Symbol,Security,GICS Sector,GICS Sub-Industry,Headquarters Location,Founded"


def name_of(row: int) -> str:
    """Return the name in a row of the file; no two are alike, not even when folded."""
    return f"清算 {row} 有限公司" if row % 2 else f"Cleared {row} Holdings Ltd"


def the_file(rows: int) -> bytes:
    """Return a CSV of accounts in eleven sectors and 121 industries."""
    lines = [HEADINGS]
    lines += [
        f"K{n},{name_of(n)},Sector {n % 121 % 11},Sort {n % 121},Town {n % 500},19{n % 90:02}"
        for n in range(rows)
    ]
    return "\n".join(lines).encode()


class Outages:
    """When the server was away: only an answer that was torn then is excused."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0

    def begin(self) -> None:
        """Note that the server is about to be killed."""
        self.begun += 1

    def end(self) -> None:
        """Note that the server is there again, and everybody knows where."""
        self.ended = self.begun

    def explains(self, ended: int) -> bool:
        """Tell whether a request that began when `ended` outages were over may have met another.

        Its own look at the clock may come long after its connection was refused.
        """
        return self.begun > ended


class Person(threading.Thread):
    """Creates accounts one after another and notes which of them the server acknowledged."""

    def __init__(self, client: RealClient, name: str, outages: Outages) -> None:
        super().__init__(name=name)
        self.client, self.outages = client, outages
        self.acknowledged: list[str] = []
        self.refused: list[int] = []
        self.seconds: dict[str, list[float]] = {"alone": [], "beside": []}
        self.phase = "alone"
        self.fault: BaseException | None = None
        self.over = threading.Event()

    def run(self) -> None:
        """Write until told to stop; anything unexpected is kept as `fault`."""
        number = 0
        while not self.over.wait(THINKING) and self.fault is None:
            number += 1
            ended = self.outages.ended
            try:
                self._write(f"{self.name} {number}")
            except TornConnectionError as torn:
                if not self.outages.explains(ended):
                    self.fault = torn
            except Exception as error:
                self.fault = error

    def _write(self, name: str) -> None:
        token = self.client.token("/customers/new")
        phase, began = self.phase, time.monotonic()
        answer = self.client.post("/customers/new", {"csrf_token": token, "name": name})
        if answer.status in {302, 303}:
            self.acknowledged.append(name)
            self.seconds[phase].append(time.monotonic() - began)
        else:
            self.refused.append(answer.status)


@dataclass
class Report:
    """What the journey found; `lost`, `missing`, `twice` and `refused` must be empty."""

    seconds: float = 0.0
    parsing: float = 0.0
    kills: int = 0
    acknowledged: int = 0
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    twice: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)


class Journey:
    """One site, its server, and the people at it."""

    def __init__(
        self, app: Flask, user: User, start: Callable[[], ServerProcess], *, rows: int
    ) -> None:
        self.start, self.rows = start, rows
        self.server = start()
        self.outages = Outages()
        self.client = RealClient.of(app, user, self.server.address, timeout=120)
        self.people = [
            Person(RealClient.of(app, user, self.server.address), f"By hand {sign}", self.outages)
            for sign in "abc"
        ]
        self.report = Report()

    def run(self, *, kills: int, alone_seconds: float, chance: random.Random) -> Report:
        """Go through all of it; the moments of the kills are drawn from `chance`."""
        moments = sorted(int(chance.uniform(0.1, 0.8) * self.rows) for _ in range(kills))
        for person in self.people:
            person.start()
        try:
            time.sleep(alone_seconds)
            self.start_import()
            for person in self.people:
                person.phase = "beside"
            self._watch(moments, chance)
        finally:
            for person in self.people:
                person.over.set()
            for person in self.people:
                person.join()
        self.judge()
        return self.report

    def start_import(self) -> None:
        began = time.monotonic()
        columns = self.client.upload(
            "/imports/new/customers.customer", "accounts.csv", the_file(self.rows)
        ).location
        self.report.parsing = time.monotonic() - began
        page = self.client.get(columns)
        assert self.client.submit(columns, chosen_options(page.text)).status in {302, 303}
        place = columns.removesuffix("/columns")
        assert self.client.submit(f"{place}/start", {}, form=columns).status in {302, 303}

    def _watch(self, moments: list[int], chance: random.Random) -> None:
        """Kill at the drawn places; count only the time in which rows were being applied."""
        end = last = time.monotonic()
        deadline, before = end + PATIENCE, 0
        while before < self.rows:
            assert time.monotonic() < deadline, f"the import stands at row {before}"
            time.sleep(0.1)
            done, now = _rows_done(), time.monotonic()
            if done > before and now - last < 5.0:  # not the time of an outage and its lease
                self.report.seconds += now - last
            if done > before:
                before, last = done, now
            if moments and self.rows > done >= moments[0]:
                moments.pop(0)
                time.sleep(chance.uniform(0, 0.3))
                self._kill()
        assert not moments, "the import ended before the server was killed: it proves nothing"

    def _kill(self) -> None:
        self.outages.begin()
        self.server.kill()
        self.report.kills += 1
        self.server = self.start()
        for client in (self.client, *(person.client for person in self.people)):
            client.address = self.server.address
        self.outages.end()

    def judge(self) -> None:
        report, people = self.report, self.people
        with read_only(SYSTEM) as session:
            names = Counter(session.scalars(select(Customer.name)))
            run = session.scalars(select(ImportRun)).one()
            steps = session.scalar(select(func.count()).select_from(StageMove))
            entries = session.scalar(
                select(func.count()).where(
                    AuditEntry.resource == CUSTOMER, AuditEntry.action == "create"
                )
            )
        acknowledged = [name for person in people for name in person.acknowledged]
        report.acknowledged = len(acknowledged)
        report.lost = set(acknowledged) - names.keys()
        report.missing = {name_of(n) for n in range(self.rows)} - names.keys()
        report.twice = [name for name, times in names.items() if times > 1]
        report.counts = (run.created, run.updated, run.unchanged, run.refused)
        total = names.total()
        if (steps, entries) != (total, total):
            report.twice.append(f"{total} accounts, {steps} first steps, {entries} audit entries")
        for person in people:
            report.alone += person.seconds["alone"]
            report.beside += person.seconds["beside"]
            report.refused += person.refused
            report.faults += [person.fault] if person.fault else []


def _rows_done() -> int:
    with read_only(SYSTEM) as session:
        return session.scalar(select(func.max(ImportRun.rows_done))) or 0
