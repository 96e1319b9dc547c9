"""A server process on a hardened database: the day's work of an administrator, a head, a manager.

The server has the application role's address alone, as it should have in production.
"""

import json

import pytest

from core.addons.registry import registry
from tests.journeys.killing import Journey
from tests.journeys.real_client import RealClient, chosen_options
from tests.journeys.test_import_switched_off import wait_until

pytestmark = pytest.mark.processes
ROWS = 300


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    hardened.touch()
    return hardened


@pytest.fixture
def cast(app, make):
    """A unit with its head and a manager, somebody elsewhere, and an administrator."""
    del app
    unit = make.unit("One")
    ann, bob = make.employee("Ann", unit=unit), make.employee("Bob", unit=make.unit("Two"))

    class Cast:
        hers = make.customers.customer("Anns account", manager=ann)
        his = make.customers.customer("Bobs account", manager=bob)
        bob_employee = bob
        ann_user = make.user("ann", employee=ann, locale="en")
        head_user = make.user("head", heads=unit, locale="en")
        boss_user = make.administrator("boss", locale="en")

    return Cast


def test_a_days_work_goes_as_it_does_without(app, cast, gunicorn):
    server = gunicorn(workers=2)
    ann, head, boss = (
        RealClient.of(app, user, server.address)
        for user in (cast.ann_user, cast.head_user, cast.boss_user)
    )
    for client, sees_his in ((ann, False), (head, False), (boss, True)):
        listed = client.get("/customers/").text
        assert "Anns account" in listed
        assert ("Bobs account" in listed) is sees_his
        assert client.get(f"/customers/{cast.hers}").status == 200
        assert client.get(f"/customers/{cast.his}").status == (200 if sees_his else 404)
        found = {one["name"] for one in json.loads(client.get("/api/v1/customers").body)["items"]}
        assert found == {"Anns account"} | ({"Bobs account"} if sees_his else set())
        hits = client.get("/api/v1/search?q=account").text
        assert ("Bobs account" in hits) is sees_his
        exported = client.get("/api/v1/customers/export?format=csv").text
        assert ("Bobs account" in exported) is sees_his
        assert client.get("/").status == 200
        assert "Traceback" not in client.get("/admin/health").text
    form = "/customers/new"
    made = ann.submit(form, {**chosen_options(ann.get(form).text), "name": "Anns second"})
    assert made.status in (302, 303), made.text[-2000:]
    assert "Anns second" in ann.get("/customers/").text
    assert "Anns second" in head.get("/customers/").text
    _attach(ann, head, boss, cast)
    _hand_over(ann, boss, cast)


def _attach(ann, head, boss, cast):
    page = f"/customers/{cast.hers}"
    token = ann.token(page)
    stored = ann.upload_to(f"/files/customers.customer/{cast.hers}", "a.txt", b"hello", token)
    assert stored.status in (302, 303), stored.text[-2000:]
    for client in (ann, head, boss):
        assert "a.txt" in client.get(page).text


def _hand_over(ann, boss, cast):
    values = {"ids": str(cast.hers), "to_employee_id": str(cast.bob_employee.id), "reason": "leave"}
    given = boss.submit("/customers/hand-over/do", values, form=f"/customers/{cast.hers}/hand-over")
    assert given.status in (302, 303), given.text[-2000:]
    assert ann.get(f"/customers/{cast.hers}").status == 404
    assert "Anns account" not in ann.get("/customers/").text
    assert "Anns account" in boss.get("/customers/").text


def test_a_file_is_imported_by_workers_of_the_server(app, cast, gunicorn):
    start = lambda: gunicorn(workers=2, job_engine="embedded")  # noqa: E731
    journey = Journey(app, cast.boss_user, start, rows=ROWS)
    journey.start_import()
    wait_until(lambda found: found[1:] == ("done", "done"))
    journey.judge()
    assert journey.report.counts == (ROWS, 0, 0, 0)
    assert journey.report.missing == set()


def test_an_addon_is_switched_off_and_on_by_a_server_that_owns_no_tables(app, cast, gunicorn):
    server = gunicorn(workers=2)
    boss = RealClient.of(app, cast.boss_user, server.address)
    for act, status in (("disable", 404), ("enable", 200)):
        page = f"/admin/addon/customers/{act}"
        first = "/admin/addon/rights/disable"
        if act == "disable" and registry().is_on("rights"):
            boss.submit(first, {"reason": "test"})
        done = boss.submit(page, {"reason": "test"})
        assert done.status in (302, 303), done.text[-2000:]
        assert boss.get("/customers/").status == status
    assert "Bobs account" in boss.get("/customers/").text
