"""The customers list of a real site beside the calibration page: all, own, and a 10 % range."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from flask import Flask
from sqlalchemy import Table, insert

from addons.customers.models import Customer, Industry
from bench.bare import create_bare
from bench.measure import Page
from core.access.frames import trusted
from core.access.policy import recompile
from core.accounts.models import User
from core.accounts.sessions import start_session
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.app import create_app
from core.database import db
from core.jobs.worker import hand_over_uses
from core.organisation import services, staff
from core.organisation.staff import EmployeeFields
from core.testing.databases import Cluster
from core.unit_of_work import unit_of_work

CUSTOMERS, UNITS, CHUNK = 100_000, 10, 5_000
BENCH = system_actor("benchmark")
_sites: list[Flask] = []  # those that this run has made and not ended


@dataclass(frozen=True)
class People:
    """Logins (ids of users) whose ranges differ."""

    everything: int
    tenth: int
    own: int


@contextmanager
def addresses(kind: str) -> Iterator[tuple[str, str, Path]]:
    """Yield the addresses of two empty databases (bare, site) and an instance folder."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder)
        if kind == "sqlite":
            try:
                yield f"sqlite:///{place / 'bare.db'}", f"sqlite:///{place / 'site.db'}", place
            finally:
                _end_sites()
            return
        cluster = Cluster()
        cluster.start()
        try:
            for name in ("bare", "site"):
                cluster.administer("CREATE DATABASE {}", name)
            yield cluster.url("bare"), cluster.url("site"), place
        finally:
            _end_sites()
            cluster.stop()


def _end_sites() -> None:
    """Let each site store what it still holds in memory, before its database goes."""
    while _sites:
        app = _sites.pop()
        worker = app.extensions.get("sunmao_worker")
        if worker is not None:
            worker.stop()
        hand_over_uses(app, at_once=True)


def create_site(url: str, instance: Path, *, customers: int = CUSTOMERS) -> tuple[Flask, People]:
    """Make a site with customers on, ten units and so many accounts."""
    app = create_app(instance=instance, database_url=url, job_engine="off")
    _sites.append(app)
    with app.app_context():
        lifecycle.upgrade_site(lifecycle.site_config())
        with acting_as(BENCH):
            lifecycle.enable("customers", reason="benchmark")
    with app.app_context():
        people, managers = _seed_people()
        _seed_customers(managers, customers)
        with unit_of_work(BENCH) as session:
            recompile(session)
    return app, people


def _seed_people() -> tuple[People, list[tuple[int, int]]]:
    with unit_of_work(BENCH) as session:
        root = services.create_unit(session, code="ROOT", name={"zh": "总部", "en": "Head office"})
        managers: list[tuple[int, int]] = []
        for number in range(UNITS):
            name = {"zh": f"第{number}室", "en": f"Room {number}"}
            unit = services.create_unit(session, code=f"R{number}", name=name, parent_id=root.id)
            for place in range(20):
                fields = EmployeeFields(
                    code=f"E{number}-{place}", name=f"Manager {number}-{place}", unit_id=unit.id
                )
                managers.append((staff.create_employee(session, fields).id, unit.id))
            if number == 0:
                services.set_head(session, unit.id, managers[0][0])
        boss = EmployeeFields(code="BOSS", name="Boss", unit_id=root.id)
        chief = staff.create_employee(session, boss)
        users = [
            User(login="all", employee_id=chief.id, is_administrator=True, password_hash="-"),
            User(login="tenth", employee_id=managers[0][0], password_hash="-"),
            User(login="own", employee_id=managers[25][0], password_hash="-"),
        ]
        session.add_all(users)
        session.flush()
        found = People(*(user.id for user in users))
    return found, managers


def _seed_customers(managers: list[tuple[int, int]], customers: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with db.engine.begin() as connection, trusted(connection, "rows of the benchmark"):
        industries = [
            connection.execute(
                insert(cast("Table", Industry.__table__))
                .values(
                    name={"zh": f"行业{n}", "en": f"Industry {n}"},
                    code=f"I{n}",
                    path=f"/{n + 1}/",
                    sort=n,
                    row_version=1,
                )
                .returning(Industry.__table__.c.id)
            ).scalar_one()
            for n in range(20)
        ]
        for start in range(0, customers, CHUNK):
            rows = [_row(n, managers, industries, now) for n in range(start, start + CHUNK)]
            connection.execute(insert(cast("Table", Customer.__table__)), rows)


def _row(
    number: int, managers: list[tuple[int, int]], industries: list[int], now: datetime
) -> dict[str, object]:
    owner, unit = managers[number % len(managers)]
    name = f"Customer {number:06d}"
    return {
        "code": f"KH-{number:06d}",
        "name": name,
        "name_en": name,
        "exact_key": name.lower(),
        "match_key": name.lower(),
        "match_key_en": name.lower(),
        "search_text": name.lower(),
        "grade": "ABCD"[number % 4],
        "region": ("华北", "华东", "华南", "西南")[number % 4],
        "country": "CN",
        "industry_id": industries[number % len(industries)],
        "stage": ("prospect", "opportunity", "relationship", "signed")[number % 4],
        "stage_since": date(2025, 1 + number % 12, 1 + number % 28),
        "scope_org_id": unit,
        "scope_owner_id": owner,
        "created_at": now,
        "updated_at": now,
        "external_code": "",
        "registration_no": "",
        "website": "",
        "founded": "",
        "notes": "",
        "row_version": 1,
    }


def cookie_of(app: Flask, user_id: int) -> dict[str, str]:
    """Sign a user in and return the header that says so."""
    with app.app_context(), unit_of_work(BENCH) as session:
        user = session.get(User, user_id)
        assert user is not None
        token = start_session(session, user)
    return {"Cookie": f"sunmao={token}"}


def pages(bare_url: str, site_url: str, instance: Path) -> list[Page]:
    """Build both applications and return the pages that are compared."""
    bare = create_bare(bare_url)
    site, people = create_site(site_url, instance)
    path = "/customers/?size=80"
    return [
        Page("bare", bare, "/", {}),
        Page("all rows", site, path, cookie_of(site, people.everything)),
        Page("10 % range", site, path, cookie_of(site, people.tenth)),
        Page("own rows", site, path, cookie_of(site, people.own)),
    ]
