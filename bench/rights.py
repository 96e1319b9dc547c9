"""Compiling the rights of five thousand people, all at once and one by one.

`python -m bench.rights [sqlite|postgresql …]`. The bars are those of the issue: everybody in ten
seconds, an explanation in fifty milliseconds, a change of one user in force on the next request.
"""

import sys
import time
from typing import Any

from sqlalchemy import func, insert, select

from addons.rights.assignments import AssignmentFields, assign
from addons.rights.models import Subject
from addons.rights.seed import make_duty
from bench.measure import settle, table
from bench.pages import BENCH, addresses, create_site
from core.access.explain import explain
from core.access.models import AccessTerm
from core.access.policy import recompile
from core.accounts.models import User
from core.actor import Actor, acting_as
from core.addons import lifecycle
from core.addons.registry import registry
from core.organisation import services
from core.organisation.models import Employee, Position
from core.unit_of_work import unit_of_work

PEOPLE, UNITS = 5_000, 50
BARS = {"compile everybody": 10.0, "compile one": 0.5, "explain": 0.05}


def crowd(session: Any) -> list[int]:
    """Make units, people and accounts; return the accounts."""
    top = services.create_unit(session, code="C", name={"zh": "部"}, kind="department")
    units = [
        services.create_unit(
            session, code=f"C{n}", name={"zh": f"室{n}"}, kind="room", parent_id=top.id
        ).id
        for n in range(UNITS)
    ]  # fmt: skip
    posts = [Position(code=f"C{n}", name={"zh": f"岗{n}"}) for n in range(6)]
    session.add_all(posts)
    session.flush()
    session.execute(
        insert(Employee),
        [
            {
                "code": f"C{n}", "name": f"人{n}", "unit_id": units[n % UNITS], "email": "",
                "phone": "", "position_id": posts[n % 6].id, "active": True, "row_version": 1,
            }
            for n in range(PEOPLE)
        ],
    )  # fmt: skip
    people = session.scalars(select(Employee.id).where(Employee.code.startswith("C"))).all()
    session.execute(
        insert(User),
        [
            {
                "login": f"c{key}", "employee_id": key, "active": True, "is_administrator": False,
                "theme": "auto", "density": "normal", "must_change_password": False,
                "session_version": 1, "row_version": 1,
            }
            for key in people
        ],
    )  # fmt: skip
    grants = {
        "customers.customer": ("query", "update", "export"),
        "customers.opportunity": ("query", "update"),
        "customers.contact": ("query", "create", "update"),
    }
    duty = make_duty(session, "crowd", {"zh": "众"}, grants)
    for post in posts:
        for ranges in (
            {"org": [{"kind": "own", "below": True}]},
            {"customer": [{"kind": "rule", "all": {"grade": ["A"]}}]},
            {"owner": [{"kind": "reports"}, {"kind": "self"}]},
        ):
            assign(
                AssignmentFields(
                    duty_id=duty.id, subject=Subject.POSITION, subject_id=post.id, ranges=ranges
                )
            )
    return list(session.scalars(select(User.id).where(User.login.startswith("c"))))


def timed(act: Any, rounds: int = 3) -> float:
    """Return the median of some runs, in seconds."""
    found = []
    for _round in range(rounds):
        begin = time.perf_counter()
        act()
        found.append(time.perf_counter() - begin)
    return sorted(found)[len(found) // 2]


def figures(app: Any) -> tuple[dict[str, float], int]:
    """Measure one site; return seconds by act, and how many terms there are."""
    with app.app_context():
        with acting_as(BENCH):
            lifecycle.enable("rights", reason="bench")
        registry().switchboard.forget()
        with unit_of_work(BENCH) as session:
            users = crowd(session)

        def compile_all() -> None:
            with unit_of_work(BENCH) as session:
                recompile(session)

        def compile_one() -> None:
            with unit_of_work(BENCH) as session:
                recompile(session, [users[0]])

        def asked() -> None:
            with unit_of_work(BENCH) as session:
                user = session.get_one(User, users[1])
                actor = Actor("user", user_id=user.id, employee_id=user.employee_id)
                explain(session, actor, "query", None, resource="customers.customer")

        found = {
            "compile everybody": timed(compile_all),
            "compile one": timed(compile_one),
            "explain": timed(asked, 9),
        }
        with unit_of_work(BENCH) as session:
            terms = session.scalar(select(func.count()).select_from(AccessTerm)) or 0
    return found, terms


def run(kind: str) -> bool:
    """Measure one kind of database; return whether every bar is held."""
    with addresses(kind) as (_bare_url, site_url, instance):
        app, _people = create_site(site_url, instance)
        settle()
        found, terms = figures(app)
    rows = [(name, f"{value:.3f}", f"{BARS[name]}") for name, value in found.items()]
    table(f"{kind}: rights of {PEOPLE:,} people, {terms:,} terms", rows, ("act", "seconds", "bar"))
    return all(found[name] <= bar for name, bar in BARS.items())


if __name__ == "__main__":
    results = [run(kind) for kind in sys.argv[1:] or ["sqlite", "postgresql"]]
    print("\nevery bar is held" if all(results) else "\nA BAR IS NOT HELD")
    sys.exit(0 if all(results) else 1)
