"""Reviews by program: opened, followed, decided by whoever is named, exported."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from addons.rights.models import Assignment, Subject
from addons.rights.review_models import ReviewItem
from core.audit.models import AuditEntry
from core.clock import today
from core.testing.client import signed_in_client
from core.unit_of_work import unit_of_work
from tests.addons.rights.conftest import MAKING
from tests.core.api.conftest import program  # noqa: F401 - a fixture

ROOT = "/api/v1/rights/reviews"
CUSTOMER = "customers.customer"
REVIEW, ASSIGNMENT = "rights.review", "rights.assignment"


@pytest.fixture
def boss(office, accounts, program):  # noqa: F811
    return program(office.boss.user)


@pytest.fixture
def head(office, program):  # noqa: F811
    """The head of the department, by whom the items are decided, with every scope."""
    return program(office.head.user)


@pytest.fixture
def held(office, duty, give):
    look = duty("look", {CUSTOMER: ["query"]})
    people = {"ann": office.ann, "bob": office.bob}
    return {name: give(look, Subject.USER, one.user.id) for name, one in people.items()}


def covering(**more):
    due = str(today() + timedelta(days=10))
    return {"name": "Yearly", "due_on": due, "subjects": ["user"], **more}


@pytest.fixture
def opened(boss, held):
    made = boss.post(ROOT, covering())
    assert made.status_code == 201, made.text
    return made.json["id"]


@pytest.fixture
def items(opened):
    with unit_of_work(MAKING) as session:
        rows = session.execute(select(ReviewItem.login, ReviewItem.id))
        return dict(map(tuple, rows))


def test_a_review_is_previewed_opened_read_and_closed(boss, held, office):
    plan = boss.post(f"{ROOT}/preview", covering()).json
    assert plan == {"items": 2, "reviewers": [{"name": "Head", "items": 2}]}
    assert boss.get(ROOT).json["items"] == []
    made = boss.post(ROOT, covering(units=[office.second_room.id]))
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    assert boss.get(path).json == made.json
    assert (made.json["state"], made.json["items"], made.json["decided"]) == ("open", 1, 0)
    assert made.json["covers"]["units"] == [office.second_room.id]
    (reviewer,) = boss.get(f"{path}/progress").json
    assert (reviewer["reviewer_id"], reviewer["items"]) == (office.head.user.id, 1)
    assert boss.post(f"{path}/close").json["state"] == "closed"
    assert boss.post(f"{path}/close").status_code == 422
    assert boss.get(f"{ROOT}/99999/progress").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"due_on": "2020-01-01"}, "/due_on"),
        ({"name": " "}, "/name"),
        ({"subjects": []}, "/subjects"),
        ({"subjects": ["heads"], "duties": [99999]}, "/duties"),
        ({"units": [99999]}, "/units"),
    ],
)
def test_half_a_review_is_refused(boss, held, wrong, pointer):
    refused = boss.post(ROOT, covering(**wrong))
    assert refused.status_code == 422, refused.text
    assert pointer in [one["pointer"] for one in refused.json["errors"]]
    assert boss.get(ROOT).json["items"] == []


def test_items_are_listed_and_read(boss, opened, items, office):
    rows = boss.get(f"{ROOT}/items?review={opened}").json["items"]
    assert {row["id"] for row in rows} == set(items.values())
    read = boss.get(f"{ROOT}/items/{items['ann']}").json
    assert (read["person"], read["review"], read["duty"]) == ("Ann", "Yearly", "look")
    assert (read["contains"], read["data"]) == ([f"{CUSTOMER}:query"], "all data")
    assert (read["reviewer_id"], read["decision"]) == (office.head.user.id, None)
    assert boss.get(f"{ROOT}/items/99999").status_code == 404
    assert boss.get(f"{ROOT}/mine").json["items"] == []


def test_an_end_takes_the_right_at_once(head, items, held, office, seen):
    assert "bob-a" in seen(office.ann)
    path = f"{ROOT}/items/{items['ann']}/decide"
    empty = head.post(path, {"decision": "end"})
    assert [one["pointer"] for one in empty.json["errors"]] == ["/reason"]
    ended = head.post(path, {"decision": "end", "reason": "moved on"})
    assert ended.status_code == 200, ended.text
    assert (ended.json["decision"], ended.json["outcome"]) == ("end", "ended")
    assert "bob-a" not in seen(office.ann)
    again = head.post(path, {"decision": "keep"})
    assert (again.status_code, "never changed" in again.json["detail"]) == (422, True)


def test_many_are_kept_but_never_those_of_others(head, boss, items):
    assert boss.post(f"{ROOT}/items/keep", {"ids": list(items.values())}).json == {"kept": 0}
    assert head.post(f"{ROOT}/items/keep", {"ids": list(items.values())}).json == {"kept": 2}
    assert head.post(f"{ROOT}/items/keep", {"ids": []}).status_code == 422


def test_an_item_is_passed_on_and_is_then_with_somebody_else(head, boss, items, office):
    path = f"{ROOT}/items/{items['ann']}"
    own = head.post(f"{path}/pass-on", {"user_id": office.ann.user.id})
    assert [one["pointer"] for one in own.json["errors"]] == ["/user_id"]
    passed = head.post(f"{path}/pass-on", {"user_id": office.boss.user.id})
    assert passed.status_code == 200, passed.text
    assert passed.json["reviewer_id"] == office.boss.user.id
    assert head.post(f"{path}/decide", {"decision": "keep"}).status_code == 404
    assert boss.post(f"{path}/decide", {"decision": "keep"}).json["decision"] == "keep"


def test_the_items_of_others_look_like_missing_ones(office, program, items):  # noqa: F811
    bob = program(office.bob.user)
    for key in (items["ann"], 99999):
        assert bob.get(f"{ROOT}/items/{key}").status_code == 404
        assert bob.post(f"{ROOT}/items/{key}/decide", {"decision": "keep"}).status_code == 404
        assert bob.post(f"{ROOT}/items/{key}/pass-on", {"user_id": 1}).status_code == 404


def test_nobody_decides_about_the_own_rights(office, program, items):  # noqa: F811
    with unit_of_work(MAKING) as session:
        session.get_one(ReviewItem, items["bob"]).reviewer_id = office.bob.user.id
    refused = program(office.bob.user).post(
        f"{ROOT}/items/{items['bob']}/decide", {"decision": "keep"}
    )
    assert (refused.status_code, "own rights" in refused.json["detail"]) == (422, True)


def test_being_named_is_no_scope(office, program, items, held):  # noqa: F811
    """A token of a reviewer decides only if it was made for reviews, and ends only if for ends."""
    path = f"{ROOT}/items/{items['ann']}"
    end = {"decision": "end", "reason": "moved on"}
    narrow = program(office.head.user, (CUSTOMER, "query"))
    for answer, missing in (
        (narrow.get(path), [REVIEW, "query"]),
        (narrow.post(f"{ROOT}/items/keep", {"ids": [items["ann"]]}), [REVIEW, "create"]),
        (narrow.post(f"{path}/decide", end), [REVIEW, "create"]),
        (narrow.post(f"{path}/pass-on", {"user_id": office.boss.user.id}), [REVIEW, "create"]),
        (program(office.head.user, (REVIEW, "create")).post(f"{path}/decide", end),
         [ASSIGNMENT, "delete"]),
    ):  # fmt: skip
        assert answer.status_code == 403, answer.text
        assert answer.json["missing"] == missing
    with unit_of_work(MAKING) as session:
        assert session.get_one(Assignment, held["ann"]).ended_at is None
        assert session.get_one(ReviewItem, items["ann"]).decision is None


def test_a_reviewer_without_rights_decides_from_the_browser(app, office, items):
    client = signed_in_client(app, office.head.user)
    headers = {"X-CSRFToken": client.token()}
    body = {"decision": "keep"}
    answer = client.post(f"{ROOT}/items/{items['ann']}/decide", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


def test_the_evidence_is_that_of_the_page_and_is_noted(boss, head, opened, items, office):
    head.post(f"{ROOT}/items/{items['ann']}/decide", {"decision": "end", "reason": "moved on"})
    file = boss.get(f"{ROOT}/{opened}/evidence?format=csv")
    assert file.status_code == 200, file.text
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert {row["Person"]: row["Why"] for row in rows} == {"Ann": "moved on", "Bob": ""}
    assert boss.get(f"{ROOT}/{opened}/evidence?format=xlsx").data[:2] == b"PK"
    assert boss.get(f"{ROOT}/{opened}/evidence?format=pdf").status_code == 422
    assert boss.get(f"{ROOT}/99999/evidence").status_code == 404
    with unit_of_work(MAKING) as session:
        noted = select(AuditEntry).where(AuditEntry.action == "export")
        assert len(session.scalars(noted).all()) == 2


def test_evidence_needs_the_right_to_export(office, program, opened):  # noqa: F811
    refused = program(office.boss.user, (REVIEW, "query")).get(f"{ROOT}/{opened}/evidence")
    assert refused.status_code == 403
    assert refused.json["missing"] == [REVIEW, "export"]
