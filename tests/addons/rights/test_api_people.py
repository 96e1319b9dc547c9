"""Rights of people, delegations and unused rights by program."""

from datetime import timedelta

import pytest

from addons.rights.models import Subject
from core.clock import now, today
from core.testing.client import signed_in_client
from core.unit_of_work import unit_of_work
from tests.addons.rights.conftest import MAKING
from tests.addons.rights.using import aged, used
from tests.core.accounts.phone import enrolled
from tests.core.api.conftest import program  # noqa: F401 - a fixture

ROOT = "/api/v1/rights"
CUSTOMER = "customers.customer"
DELEGATION = "rights.delegation"


@pytest.fixture
def boss(office, program):  # noqa: F811
    return program(office.boss.user)


def test_the_rights_of_a_person_are_those_of_the_page_on_a_day(boss, office, duty, give):
    look = duty("look", {CUSTOMER: ["query"]})
    given = give(look, Subject.USER, office.ann.user.id, verbs=["query"],
                 valid_to=now() + timedelta(days=5))  # fmt: skip
    path = f"{ROOT}/people/{office.ann.user.id}"
    told = boss.get(path).json
    assert (told["name"], told["login"], told["day"]) == ("Ann", "ann", str(today()))
    assert (told["second_factor"], told["grade_id"]) == (False, None)
    (mine,) = [one for one in told["rights"] if one["assignment_id"] == given]
    assert (mine["duty"], mine["allow"], mine["state"]) == ("look", True, "live")
    assert mine["data"] == "all data"
    assert [one["verbs"] for one in mine["contains"]] == ["see"]
    later = boss.get(f"{path}?as_of={today() + timedelta(days=30)}").json
    assert {one["assignment_id"]: one["state"] for one in later["rights"]}[given] == "over"
    before = boss.get(f"{path}?as_of={today() - timedelta(days=30)}").json
    assert given not in {one["assignment_id"] for one in before["rights"]}


def test_people_are_listed_and_closed_or_missing_ones_are_not_there(boss, office):
    rows = boss.get(f"{ROOT}/people?q=bob").json["items"]
    assert [row["id"] for row in rows] == [office.bob.user.id]
    assert boss.get(f"{ROOT}/people/99999").status_code == 404
    with unit_of_work(MAKING) as session:
        session.get_one(type(office.bob.user), office.bob.user.id).active = False
    assert boss.get(f"{ROOT}/people/{office.bob.user.id}").status_code == 404


def test_a_day_must_be_one(boss, office):
    path = f"{ROOT}/people/{office.ann.user.id}"
    for day in ("yesterday", "0", "1700000000", "2026-02-30", "0001-01-01", "9999-12-31"):
        refused = boss.get(f"{path}?as_of={day}")
        assert refused.status_code == 422
        assert refused.json["errors"][0]["pointer"] == "/as_of"


def test_a_second_factor_is_told(boss, office, strict, give):
    given = give(strict, Subject.USER, office.ann.user.id)
    enrolled(office.ann.user)
    told = boss.get(f"{ROOT}/people/{office.ann.user.id}").json
    assert told["second_factor"] is True
    assert {one["assignment_id"]: one["strict"] for one in told["rights"]}[given] is True


# -- delegations ------------------------------------------------------------------------------------


@pytest.fixture
def lent(office, accounts, duty, give, hand):
    look = give(duty("look", {CUSTOMER: ["query"]}), Subject.USER, office.ann.user.id)
    return hand(office.ann, office.bob, look, reason="leave")


def test_delegations_are_listed_read_and_ended(boss, office, lent, seen):
    assert "ann-a" in seen(office.bob)
    rows = boss.get(f"{ROOT}/delegations?q=leave").json["items"]
    assert [(row["id"], row["state"]) for row in rows] == [(lent, "live")]
    read = boss.get(f"{ROOT}/delegations/{lent}").json
    assert (read["giver"], read["substitute"], read["reason"]) == ("Ann", "Bob", "leave")
    assert read["duties"] == ["look (all data)"]
    ended = boss.post(f"{ROOT}/delegations/{lent}/end", {"reason": "back"})
    assert ended.status_code == 200, ended.text
    assert (ended.json["state"], ended.json["end_reason"]) == ("ended", "back")
    assert "ann-a" not in seen(office.bob)
    again = boss.post(f"{ROOT}/delegations/{lent}/end", {})
    assert again.json["detail"] == "It has ended already."
    assert boss.get(f"{ROOT}/delegations/99999").status_code == 404


def test_a_token_that_was_not_made_for_it_ends_not_even_the_own(office, program, lent, seen):  # noqa: F811
    narrow = program(office.ann.user, (CUSTOMER, "query"))
    refused = narrow.post(f"{ROOT}/delegations/{lent}/end", {})
    assert refused.status_code == 403
    assert refused.json["missing"] == [DELEGATION, "delete"]
    assert "token does not include" in refused.json["detail"]
    assert "ann-a" in seen(office.bob)


def test_who_takes_no_part_finds_no_delegation(office, make, program, lent):  # noqa: F811
    other = program(make.user("other", locale="en"))
    assert other.post(f"{ROOT}/delegations/{lent}/end", {}).status_code == 404
    assert other.get(f"{ROOT}/delegations/{lent}").status_code == 403


def test_either_of_the_two_ends_it_from_the_browser(app, office, lent, seen):
    client = signed_in_client(app, office.bob.user)
    headers = {"X-CSRFToken": client.token()}
    answer = client.post(f"{ROOT}/delegations/{lent}/end", json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "ann-a" not in seen(office.bob)


def test_nobody_makes_a_delegation_by_program(boss, office):
    assert boss.post(f"{ROOT}/delegations", {}).status_code == 405
    assert boss.post(f"{ROOT}/substitutes", {}).status_code == 404


# -- unused rights ----------------------------------------------------------------------------------


def test_what_nobody_used_is_listed_with_its_last_use(boss, office, duty, give):
    look = duty("look", {CUSTOMER: ["query"]})
    sums = duty("sums", {CUSTOMER: ["analyse"]})
    never = give(look, Subject.USER, office.ann.user.id)
    busy = give(sums, Subject.USER, office.bob.user.id)
    aged(never, busy, days=300)
    used(office.bob.user, CUSTOMER, "analyse", 1, first=200)
    told = boss.get(f"{ROOT}/unused").json
    assert (told["days"], told["can_tell"]) == (90, True)
    found = {one["assignment_id"]: one for one in told["items"]}
    assert busy not in found
    assert (found[never]["whom"], found[never]["holders"], found[never]["last_on"]) == (
        "Ann", 1, None
    )  # fmt: skip
    assert found[never]["apart"] is False
    file = boss.get(f"{ROOT}/unused/export?format=csv")
    assert "look" in file.text
    assert "sums" not in file.text


def test_nothing_is_told_before_uses_are_known_for_long_enough(boss, duty, give, office):
    give(duty("look", {CUSTOMER: ["query"]}), Subject.USER, office.ann.user.id)
    aged(days=300)
    told = boss.get(f"{ROOT}/unused").json
    assert (told["can_tell"], told["items"]) == (False, [])


def test_the_document_is_read_by_who_may_see_nothing_of_it(office, program):  # noqa: F811
    told = program(office.ann.user).get("/api/v1/openapi.json")
    assert told.status_code == 200, told.text
    assert f"{ROOT}/unused" in told.json["paths"]
