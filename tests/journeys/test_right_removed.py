"""R1, R9, R11: a right that ends is gone at once: for every process, subscription and running job."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from addons.customers.models import Customer
from addons.rights.assignments import AssignmentFields, assign, end
from addons.rights.models import Subject
from addons.rights.seed import make_duty
from core.exchange.models import ImportRun
from core.jobs.services import enqueue
from core.jobs.worker import drain
from core.remarks.following import set_following
from core.remarks.services import write_remark
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from tests.core.notifications.conftest import lines
from tests.journeys.killing import the_file
from tests.journeys.real_client import RealClient, chosen_options

CUSTOMER = "customers.customer"
ROWS, ROUNDS, REQUESTS = 4000, 4, 40


@pytest.fixture
def ann(make):
    """Somebody with an employee and the rights that everybody has."""
    return make.user("ann", unit=make.unit("One"), locale="en")


@pytest.fixture
def foreign(make):
    """A customer of somebody else."""
    bob = make.user("bob", unit=make.unit("Two"), locale="en")
    return make.customers.customer("Bobs own", manager=make.person_of(bob))


def given(user, grants: dict[str, list[str]]) -> int:
    """Give somebody the verbs on everything, and return the assignment."""
    with unit_of_work(MAKING) as session:
        code = f"d{time.monotonic_ns()}"
        made = make_duty(session, code, {"zh": code, "en": code}, grants)
        fields = AssignmentFields(duty_id=made.id, subject=Subject.USER, subject_id=user.id)
        return assign(fields).id


def ended(assignment_id: int) -> None:
    with unit_of_work(MAKING):
        end(assignment_id, reason="test")


@pytest.mark.processes
def test_every_process_follows_on_the_next_request(app, gunicorn, ann, foreign):
    server = gunicorn(workers=3)
    clients = [RealClient.of(app, ann, server.address) for _ in range(4)]
    page, listed = f"/customers/{foreign}", "/customers/?q=Bobs"

    def wrong(number: int, *, may: bool) -> str | None:
        client = clients[number % len(clients)]
        if number % 2:
            shown = "Bobs own" in client.get(listed).text
            return None if shown is may else f"the list shows it: {shown}, the right is {may}"
        status = client.get(page).status
        return None if status == (200 if may else 404) else f"{status}, the right is {may}"

    faults: list[str] = []
    with ThreadPoolExecutor(len(clients)) as pool:
        for _round in range(ROUNDS):
            right = given(ann, {CUSTOMER: ["query"]})
            asked = [pool.submit(wrong, number, may=True) for number in range(REQUESTS)]
            faults += [fault for one in asked if (fault := one.result())]
            ended(right)
            asked = [pool.submit(wrong, number, may=False) for number in range(REQUESTS)]
            faults += [fault for one in asked if (fault := one.result())]
    assert not faults, faults[:5]


@pytest.mark.processes
def test_a_running_import_stops_between_two_rows_and_goes_on_when_the_right_is_back(
    app, gunicorn, ann
):
    acts = {CUSTOMER: ["query", "create", "update", "import"]}
    right = given(ann, acts)
    server = gunicorn(workers=2, job_engine="embedded")
    client = RealClient.of(app, ann, server.address, timeout=120)
    columns = client.upload("/imports/new/customers.customer", "a.csv", the_file(ROWS)).location
    assert client.submit(columns, chosen_options(client.get(columns).text)).status in {302, 303}
    place = columns.removesuffix("/columns")
    assert client.submit(f"{place}/start", {}, form=columns).status in {302, 303}
    _wait_until(lambda done, _state: done > ROWS // 10)
    ended(right)
    stopped, state = _wait_until(lambda _done, state: state != "running")
    assert state == "failed"
    assert stopped < ROWS, "the import was over before: it proves nothing"
    assert "may not import" in client.get(place).text
    with read_only(MAKING) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == stopped
    given(ann, acts)
    assert client.submit(f"{place}/resume", {}, form=place).status in {302, 303}
    _wait_until(lambda done, _state: done == ROWS)
    with read_only(MAKING) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == ROWS


def _wait_until(true) -> tuple[int, str]:
    deadline = time.monotonic() + 240
    while True:
        with read_only(MAKING) as session:
            run = session.scalars(select(ImportRun)).one()
            found = run.rows_done, str(run.state)
        if true(*found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_who_follows_a_record_is_told_no_more_and_old_lines_name_nothing(
    app, make, login, ann, foreign
):
    boss = make.administrator(locale="en")
    right = given(ann, {CUSTOMER: ["query"]})
    with unit_of_work(make.actor(ann)):
        set_following(CUSTOMER, foreign, on=True)

    def boss_writes(words: str) -> list[str]:
        with unit_of_work(make.actor(boss)):
            write_remark(CUSTOMER, foreign, words)
        with unit_of_work(MAKING) as session:
            enqueue(session, "audit.seal", {}, as_system=True)
        drain(app)
        return [line.detail for line in lines(ann)]

    assert boss_writes("heard") == ["heard"]
    client = login(ann)
    assert "heard" in client.get("/notifications/").text
    ended(right)
    assert "unheard" not in boss_writes("unheard")
    inbox = client.get("/notifications/").text
    assert "heard" not in inbox
    assert "Bobs own" not in inbox
