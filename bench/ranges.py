"""A page of 80 out of a million rows under ranges of every kind, beside the same page without one.

`python -m bench.ranges [sqlite|postgresql …]`. Times are the clock's, so the database's work counts
on PostgreSQL too; pages in turn, medians of the ratios of rounds. The bars are those of the issue.
"""

import random
import sys
import time
from statistics import median

from flask import Flask
from sqlalchemy import func, select, text

from addons.customers.models import CUSTOMER, Customer
from bench.measure import Page, compare, ratio, settle, table
from bench.pages import BENCH, addresses, cookie_of, create_site
from core.access.drafts import Draft, Keys, store
from core.access.frames import trusted
from core.accounts.models import User
from core.addons.models import bump
from core.contributions import Verb
from core.database import db
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import unit_of_work

ROWS = 1_000_000
FEW, MANY = 200, 20_000
SOURCE = {"zh": "测试", "en": "benchmark"}
Ranges = dict[str, Keys]
BARS = {
    "1 key": 1.5,
    "200 keys": 2.5,
    "20,000 keys": 2.0,
    "200 owners": 2.5,
    "OR of three dimensions": 2.0,
    "two dimensions": 2.0,
    "two dimensions, 20,000 keys": 2.0,
}


def ranges() -> dict[str, list[Ranges]]:
    """Return the terms of each person; one without ranges sees everything."""
    chance = random.Random(4)
    with unit_of_work(BENCH) as session:
        first, last = session.execute(select(func.min(Customer.id), func.max(Customer.id))).one()
        units = list(session.scalars(select(OrgUnit.id).order_by(OrgUnit.id)))
        owners = list(session.scalars(select(Employee.id).order_by(Employee.id)))

    def some(number: int) -> Keys:
        return Keys(frozenset(chance.sample(range(first, last + 1), number)))

    unit, unit_too = Keys(frozenset(units[1:2])), Keys(frozenset(units[3:5]))
    return {
        "unfiltered": [{}],
        "1 key": [{"customer": some(1)}],
        "200 keys": [{"customer": some(FEW)}],
        "20,000 keys": [{"customer": some(MANY)}],
        "200 owners": [{"owner": Keys(frozenset(owners[:FEW]))}],
        "OR of three dimensions": [
            {"org": unit},
            {"owner": Keys(frozenset(owners[100:120]))},
            {"customer": some(MANY)},
        ],
        "two dimensions": [{"org": unit_too, "owner": Keys(frozenset(owners[60:80]))}],
        "two dimensions, 20,000 keys": [{"org": unit_too, "customer": some(MANY)}],
    }


def people(app: Flask) -> dict[str, int]:
    """Make an account for each kind of range, which sees customers and nothing else."""
    with app.app_context():
        wanted = ranges()
        with unit_of_work(BENCH) as session:
            users = {name: User(login=name, password_hash="-") for name in wanted}
            session.add_all(users.values())
            session.flush()
            found = {name: user.id for name, user in users.items()}
            drafts = [
                Draft(
                    user_id=found[name], resource=CUSTOMER, actions=(Verb.QUERY,),
                    source=SOURCE, ranges=one,
                )
                for name, terms in wanted.items()
                for one in terms
            ]  # fmt: skip
            store(session, "bench", drafts)
            bump(session, "rights_version")
        settle_tables()
    return found


def settle_tables() -> None:
    """Do what a site's database does by itself in the hours after such a load."""
    vacuums = db.engine.dialect.name == "postgresql"  # and not within a transaction
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT") if vacuums else db.engine
    words = "VACUUM ANALYZE" if vacuums else "ANALYZE"
    with engine.begin() as connection, trusted(connection, "statistics of the benchmark"):
        connection.execute(text(words))


def run(kind: str) -> bool:
    """Measure one kind of database; return whether every bar is held."""
    with addresses(kind) as (_bare_url, site_url, instance):
        app, _people = create_site(site_url, instance, customers=ROWS)
        users = people(app)
        pages = [
            Page(name, app, "/customers/?size=80", cookie_of(app, user))
            for name, user in users.items()
        ]
        settle()
        figures = compare(pages, rounds=15, requests=4, clock=time.perf_counter)
        rows, held = [], True
        for page in pages:
            times, bar = ratio(figures[page.name], figures["unfiltered"]), BARS.get(page.name)
            held &= bar is None or times <= bar
            shown = "1" if bar is None else f"{times:.2f} × (bar {bar})"
            links = page.ask().count(b'data-row="') or page.ask().count(b"<tr") - 1
            rows.append((page.name, f"{median(figures[page.name]):.2f}", shown, str(links)))
        table(f"{kind}: list of 80 of {ROWS:,}", rows, ("range", "ms", "ratio", "rows"))
    return held


if __name__ == "__main__":
    kinds = sys.argv[1:] or ["sqlite", "postgresql"]
    results = [run(kind) for kind in kinds]
    print("\nevery bar is held" if all(results) else "\nA BAR IS NOT HELD")
    sys.exit(0 if all(results) else 1)
