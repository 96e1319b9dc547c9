"""`python -m bench.imports [sqlite|postgresql …] [--rows 100000]`: an import under kill -9.

A real server takes a file of accounts through its pages while three people write; it is killed at
a random moment and started again. Nothing acknowledged may be lost, nothing done twice.
"""

import argparse
import os
import random
import statistics
import sys
from pathlib import Path

from flask import Flask

from bench.measure import table
from bench.pages import BENCH, addresses
from core.access.policy import recompile
from core.accounts.models import User
from core.actor import acting_as
from core.addons import lifecycle
from core.app import create_app
from core.organisation import services, staff
from core.organisation.staff import EmployeeFields
from core.testing.serving import ServerProcess
from core.unit_of_work import unit_of_work
from tests.journeys.killing import Journey, Report

LONGEST_WAIT = 1.0  # seconds, the 95th percentile of the writers
ALONE_SECONDS = 10.0


def run(kind: str, *, rows: int, seed: int) -> bool:
    """Import on one kind of database; print what was found and return whether the bars hold."""
    with addresses(kind) as (_bare, url, instance):
        app, user = create_site(url, instance)
        environment = {
            "SUNMAO_INSTANCE": str(instance),
            "SUNMAO_DATABASE_URL": url,
            "SUNMAO_JOB_ENGINE": "embedded",
        }
        servers: list[ServerProcess] = []

        def start() -> ServerProcess:
            servers.append(ServerProcess(environment, workers=2, log=instance / "server.log"))
            return servers[-1]

        try:
            with app.app_context():
                journey = Journey(app, user, start, rows=rows)
                found = journey.run(
                    kills=1, alone_seconds=ALONE_SECONDS, chance=random.Random(seed)
                )
        finally:
            for server in servers:
                server.stop()
    return show(kind, rows, found)


def create_site(url: str, instance: Path) -> tuple[Flask, User]:
    """Make a site with customers on and one administrator who is an employee."""
    app = create_app(instance=instance, database_url=url, job_engine="off")
    with app.app_context():
        lifecycle.upgrade_site(lifecycle.site_config())
        with acting_as(BENCH):
            lifecycle.enable("customers", reason="benchmark")
    with app.app_context(), unit_of_work(BENCH) as session:
        unit = services.create_unit(session, code="ROOT", name={"zh": "总部", "en": "Head office"})
        fields = EmployeeFields(code="BOSS", name="Boss", unit_id=unit.id)
        boss = staff.create_employee(session, fields)
        user = User(login="boss", employee_id=boss.id, is_administrator=True, password_hash="-")
        session.add(user)
        session.flush()
        recompile(session)
    return app, user


def show(kind: str, rows: int, found: Report) -> bool:
    """Print the figures of one run; return whether every bar is held."""
    speed = rows / found.seconds if found.seconds else 0.0
    lines = [("", "p50 ms", "p95 ms", "max ms", "answers")]
    for name, seconds in (("alone", found.alone), ("beside the import", found.beside)):
        lines.append((name, *_milliseconds(seconds), str(len(seconds))))
    ratio = statistics.median(found.beside) / statistics.median(found.alone)
    table(f"{kind}: 3 writers, import of {rows:,} rows, {found.kills} kill", lines[1:], lines[0])
    print(f"  writers beside / alone: {ratio:.1f} × (median)")
    print(f"  upload and reading of the file: {found.parsing:.1f} s")
    print(f"  rows a second beside them: {speed:,.0f} (the outage not counted)")
    print(f"  acknowledged writes: {found.acknowledged:,}, lost: {len(found.lost)}")
    print(f"  rows missing: {len(found.missing)}, done twice: {len(found.twice)}")
    print(f"  writes refused: {len(found.refused)}, other faults: {len(found.faults)}")
    for fault in (*found.faults, *found.twice[:5], *sorted(found.lost)[:5]):
        print(f"    {fault!r}")
    whole = found.counts == (rows, 0, 0, 0)
    nothing = not (found.lost or found.missing or found.twice or found.refused or found.faults)
    waits = _quantile(found.beside, 0.95) <= LONGEST_WAIT
    return whole and nothing and waits


def _quantile(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _milliseconds(seconds: list[float]) -> tuple[str, str, str]:
    p50, p95, top = (_quantile(seconds, share) * 1000 for share in (0.5, 0.95, 1.0))
    return f"{p50:.0f}", f"{p95:.0f}", f"{top:.0f}"


def main() -> int:
    """Run on the kinds that are named, or on both; return 1 when a bar is not held."""
    parser = argparse.ArgumentParser(prog="bench.imports")
    parser.add_argument("kinds", nargs="*", choices=["sqlite", "postgresql", []])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(2)))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    kinds = chosen.kinds or ["sqlite", "postgresql"]
    held = [run(kind, rows=chosen.rows, seed=chosen.seed) for kind in kinds]
    print("\nevery bar is held" if all(held) else "\nA BAR IS NOT HELD")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
