"""The customers list under ranges of every kind: hardened, beside the same database that is not.

`python -m bench.hardened` (PostgreSQL). Both databases hold the same rows; times are the clock's,
pages in turn, medians of the ratios of rounds. The bar is that of decision 0011.
"""

import sys
import time
from statistics import median

from flask import Flask

from bench.measure import Page, compare, ratio, settle, table
from bench.pages import addresses, cookie_of, create_site
from bench.ranges import people
from core.access.hardening import plan
from core.access.hardening import run as harden
from core.addons import schema
from core.app import create_app
from core.config import Config, site_config
from core.database import Model, db

BAR = 2.0
ROLE = "bench_app"
PATHS = {"list": "/customers/?size=80", "search": "/customers/?size=80&q=a"}


def run() -> bool:
    """Measure every kind of range; return whether the bar is held."""
    with addresses("postgresql") as (bare_url, site_url, instance):
        app, _people = create_site(site_url, instance)
        cookies = {name: cookie_of(app, user) for name, user in people(app).items()}
        with app.app_context():
            db.engine.dispose()
        with schema.schema_engine(_config(bare_url, app)).connect() as other:
            free = other.execution_options(isolation_level="AUTOCOMMIT")
            free.exec_driver_sql('CREATE DATABASE "hard" TEMPLATE "site"')
        hard_url = site_url.replace("/site?", "/hard?")
        hardened = create_app(instance=instance, database_url=hard_url, job_engine="off")
        with hardened.app_context(), schema.alone(site_config()) as connection:
            harden(connection, plan(connection, Model.metadata, ROLE))
        held_url = hard_url.replace("sunmao@", f"{ROLE}@")
        held = create_app(instance=instance, database_url=held_url, job_engine="off")
        settle()
        rows, kept = [], True
        for kind, path in PATHS.items():
            for who, cookie in cookies.items():
                pair = [Page("plain", app, path, cookie), Page("hardened", held, path, cookie)]
                figures = compare(pair, rounds=4, requests=1, clock=time.perf_counter)
                times = ratio(figures["hardened"], figures["plain"])
                kept &= times <= BAR
                shown = (f"{median(figures[one]):.2f}" for one in ("plain", "hardened"))
                rows.append((f"{kind}, {who}", *shown, f"{times:.2f} ×"))
        table("list of 80 of 100,000", rows, ("range", "plain ms", "hardened ms", "ratio"))
    return kept


def _config(url: str, app: Flask) -> Config:
    config: Config = app.config["SUNMAO"]
    return config.model_copy(update={"database_url": url})


if __name__ == "__main__":
    well = run()
    print("\nthe bar is held" if well else "\nTHE BAR IS NOT HELD")
    sys.exit(0 if well else 1)
