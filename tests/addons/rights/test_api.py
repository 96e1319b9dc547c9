"""Duties, grades and assignments by program: the twin of each act, with the right of the page."""

import csv
import io
from datetime import timedelta

import pytest

from addons.rights.models import Subject
from core.clock import today
from tests.core.api.conftest import program  # noqa: F401 - a fixture

ROOT = "/api/v1/rights"
CUSTOMER = "customers.customer"
NAME = {"zh": "看客户", "en": "See customers"}


@pytest.fixture
def boss(office, program):  # noqa: F811
    return program(office.boss.user)


def test_a_duty_is_created_read_changed_and_deleted(boss):
    wanted = {"code": "see", "name": NAME, "contains": [f"{CUSTOMER}:query", f"{CUSTOMER}:analyse"]}
    made = boss.post(f"{ROOT}/duties", wanted)
    assert made.status_code == 201, made.text
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert boss.get(path).json == made.json
    assert made.json["contains"] == [f"{CUSTOMER}:analyse", f"{CUSTOMER}:query"]
    assert (made.json["assignments"], made.json["excludes"]) == (0, [])
    changed = boss.patch(path, {"contains": [f"{CUSTOMER}:export"]}, If_Match=tag)
    assert changed.status_code == 200, changed.text
    assert changed.json["contains"] == [f"{CUSTOMER}:export"]
    assert (changed.json["name"], changed.json["code"]) == (NAME, "see")
    assert boss.delete(path, If_Match=tag).status_code == 412
    assert boss.delete(path, If_Match=changed.headers["ETag"]).status_code == 204
    assert boss.get(path).status_code == 404


def test_a_change_names_the_version_it_was_made_from(boss):
    made = boss.post(f"{ROOT}/duties", {"code": "see", "name": NAME})
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert boss.patch(path, {"summary": "x"}).status_code == 428
    assert boss.patch(path, {"summary": "x"}, If_Match=tag).status_code == 200
    assert boss.patch(path, {"summary": "y"}, If_Match=tag).status_code == 412
    assert boss.get(path).json["summary"] == "x"


def test_a_duty_that_was_given_is_not_deleted(boss, duty, give, office):
    look = duty("look", {CUSTOMER: ["query"]})
    give(look, Subject.USER, office.ann.user.id)
    path = f"{ROOT}/duties/{look}"
    refused = boss.delete(path, If_Match=boss.get(path).headers["ETag"])
    assert refused.status_code == 422
    assert "Retire it" in refused.json["detail"]
    assert boss.get(path).json["assignments"] == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"contains": ["customers.customer:fly"]}, "/contains"),
        ({"contains": ["nothing"]}, "/contains/0"),
        ({"contains": None}, "/contains"),
        ({"name": {"en": "only English"}}, "/name"),
        ({"name": {"zh": "\u3164"}}, "/name"),
        ({"name": {"zh": "x" * 121}}, "/name"),
        ({"code": "\u3164"}, "/code"),
        ({"code": " "}, "/code"),
        ({"code": "taken"}, "/code"),
        ({"summary": "a\x07b"}, "/summary"),
        ({"sumary": "x"}, "/sumary"),
    ],
)
def test_what_is_wrong_with_a_duty_is_named(boss, wrong, pointer):
    boss.post(f"{ROOT}/duties", {"code": "taken", "name": NAME})
    refused = boss.post(f"{ROOT}/duties", {"code": "see", "name": NAME} | wrong)
    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.json["errors"]] == [pointer]
    assert boss.get(f"{ROOT}/duties?q=see").json["items"] == []


def test_duties_exclude_each_other_as_on_the_page(boss, duty, give, office):
    one, other = duty("one", {CUSTOMER: ["query"]}), duty("other", {CUSTOMER: ["export"]})
    told = boss.post(f"{ROOT}/duties/{one}/exclude", {"other_id": other, "reason": "4 eyes"})
    assert told.status_code == 200, told.text
    assert told.json["excludes"] == [{"duty_id": other, "name": "other", "reason": "4 eyes"}]
    assert boss.get(f"{ROOT}/duties/{other}").json["excludes"][0]["duty_id"] == one
    same = boss.post(f"{ROOT}/duties/{one}/exclude", {"other_id": one})
    assert same.json["errors"][0]["pointer"] == "/other_id"
    assert boss.post(f"{ROOT}/duties/{one}/exclude", {"other_id": 99999}).status_code == 404


def test_duties_that_somebody_holds_together_are_not_excluded(boss, duty, give, office):
    one, other = duty("one", {CUSTOMER: ["query"]}), duty("other", {CUSTOMER: ["export"]})
    give(one, Subject.USER, office.ann.user.id)
    give(other, Subject.USER, office.ann.user.id)
    refused = boss.post(f"{ROOT}/duties/{one}/exclude", {"other_id": other})
    assert (refused.status_code, "Ann" in refused.json["detail"]) == (422, True)
    assert boss.get(f"{ROOT}/duties/{one}").json["excludes"] == []


def test_the_lists_take_what_their_pages_take(boss, duty, give, office):
    look = duty("look", {CUSTOMER: ["query"]})
    given = give(look, Subject.USER, office.ann.user.id, reason="help")
    found = boss.get(f"{ROOT}/duties?q=look&col=held").json["items"]
    assert found == [{"id": look, "name": {"zh": "look", "en": "look"}, "held": 1}]
    rows = boss.get(f"{ROOT}/assignments?q=help").json["items"]
    assert [(row["id"], row["subject"], row["state"]) for row in rows] == [(given, "user", "live")]
    assert boss.get(f"{ROOT}/assignments?tab=live&duty={look}").json["items"][0]["id"] == given
    assert boss.get(f"{ROOT}/assignments?dutty=1").status_code == 422
    for path in ("assignments", "assignments/export"):
        wrong = boss.get(f"{ROOT}/{path}?subject=users&effect=1&state=live")
        assert wrong.status_code == 422
        assert [one["pointer"] for one in wrong.json["errors"]] == ["/subject"]


def test_assignments_are_exported(boss, duty, give, office):
    give(duty("look", {CUSTOMER: ["query"]}), Subject.USER, office.ann.user.id)
    file = boss.get(f"{ROOT}/assignments/export?format=csv&q=look")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert "look" in rows[1]


def test_grades_are_kept(boss):
    made = boss.post(f"{ROOT}/grades", {"code": "SR", "name": {"zh": "高级"}, "sort": 3})
    assert made.status_code == 201, made.text
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert boss.get(path).json["name"] == {"zh": "高级"}
    changed = boss.patch(path, {"sort": 1}, If_Match=tag)
    assert (changed.json["sort"], changed.json["code"]) == (1, "SR")
    assert boss.patch(path, {"sort": 2}, If_Match=tag).status_code == 412
    again = boss.post(f"{ROOT}/grades", {"code": "SR", "name": {"zh": "高级"}})
    assert again.json["errors"][0]["pointer"] == "/code"
    nameless = boss.post(f"{ROOT}/grades", {"code": "JR", "name": {"en": "Junior"}})
    assert nameless.json["errors"][0]["pointer"] == "/name"
    assert [row["id"] for row in boss.get(f"{ROOT}/grades").json["items"]] == [made.json["id"]]
    assert boss.delete(path, If_Match=changed.headers["ETag"]).status_code == 204
    assert boss.get(path).status_code == 404


def test_an_assignment_is_read_in_data_and_in_words(boss, duty, give, office):
    look = duty("look", {CUSTOMER: ["query", "analyse"]})
    given = give(
        look,
        Subject.USER,
        office.ann.user.id,
        verbs=["query"],
        ranges={
            "org": [{"kind": "unit", "id": office.first_room.id, "below": True}],
            "customer": [{"kind": "rule", "all": {"grade": ["A"]}}],
        },
        weekly_hours={"0": [["08:30", "17:30"]]},
        reason="help",
    )
    read = boss.get(f"{ROOT}/assignments/{given}").json
    assert read["ranges"]["customer"] == [{"kind": "rule", "all": {"grade": ["A"]}}]
    assert "市场开拓室" in read["data"]
    assert "A" in read["data"]
    assert read["hours"] == "Monday 08:30–17:30"
    assert (read["verbs"], read["duty"], read["whom"]) == (["query"], "look", "Ann")
    assert (read["concerned"], read["people"]) == (
        1, [{"user_id": office.ann.user.id, "name": "Ann"}]
    )  # fmt: skip
    assert (read["state"], read["given_by"], read["reason"]) == ("live", "boss", "help")
    assert boss.get(f"{ROOT}/assignments/99999").status_code == 404


def test_a_preview_tells_who_gains_what_and_stores_nothing(boss, duty, office, accounts):
    look = duty("look", {CUSTOMER: ["query"]})
    wanted = {"duty_id": look, "subject": "user", "subject_id": office.ann.user.id}
    before = len(boss.get(f"{ROOT}/assignments").json["items"])
    told = boss.post(f"{ROOT}/assignments/preview", wanted).json
    assert (told["concerned"], told["looked_at"], told["widens"]) == (1, 1, True)
    (change,) = told["changes"]
    assert change["name"] == "Ann"
    (line,) = change["differences"]
    assert (line["resource"], line["verbs"]) == (CUSTOMER, ["query"])
    assert (line["before"], line["after"]) == (
        {"held": True, "rows": 2}, {"held": True, "rows": 4}
    )  # fmt: skip
    assert (line["gains"], line["loses"]) == (True, False)
    assert len(boss.get(f"{ROOT}/assignments").json["items"]) == before


def test_a_denial_is_previewed_stored_and_counts_at_once(boss, duty, office, accounts, seen):
    look = duty("look", {CUSTOMER: ["query"]})
    wanted = {
        "duty_id": look, "subject": "user", "subject_id": office.ann.user.id, "allow": False,
        "ranges": {"customer": [{"kind": "record", "id": accounts["ann-a"]}]}, "reason": "an audit",
    }  # fmt: skip
    told = boss.post(f"{ROOT}/assignments/preview", wanted).json
    assert told["widens"] is False
    assert told["changes"][0]["differences"][0]["after"] == {"held": True, "rows": 1}
    made = boss.post(f"{ROOT}/assignments", wanted)
    assert made.status_code == 201, made.text
    assert boss.get(made.headers["Location"]).json == made.json
    assert (made.json["allow"], made.json["reason"]) == (False, "an audit")
    assert seen(office.ann) == {"ann-b"}


def test_what_gives_is_ended_after_a_preview(boss, duty, give, office, seen):
    given = give(duty("look", {CUSTOMER: ["query"]}), Subject.USER, office.ann.user.id)
    assert "bob-a" in seen(office.ann)
    told = boss.get(f"{ROOT}/assignments/{given}/end/preview").json
    assert told["widens"] is False
    assert told["changes"][0]["differences"][0]["loses"] is True
    ended = boss.post(f"{ROOT}/assignments/{given}/end", {"reason": "done"})
    assert ended.status_code == 200, ended.text
    assert (ended.json["state"], ended.json["end_reason"]) == ("ended", "done")
    assert seen(office.ann) == {"ann-a", "ann-b"}
    again = boss.post(f"{ROOT}/assignments/{given}/end", {})
    assert (again.status_code, again.json["detail"]) == (422, "It has ended already.")
    assert boss.get(f"{ROOT}/assignments/{given}/end/preview").json["changes"] == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"subject_id": None}, "/subject_id"),
        ({"subject_id": 99999}, "/subject_id"),
        ({"subject": "nobody"}, "/subject"),
        ({"verbs": ["fly"]}, "/verbs"),
        ({"verbs": ["query", "fly"]}, "/verbs"),
        ({"ranges": {"moon": [{"kind": "own"}]}}, "/ranges"),
        ({"ranges": {"org": [{"kind": "unit", "id": 99999}]}}, "/ranges"),
        ({"ranges": {"org": [{"kind": "self"}]}}, "/ranges"),
        ({"ranges": {"org": [{"kind": "unit", "id": 1, "bellow": True}]}}, "/ranges/org/0/bellow"),
        ({"weekly_hours": {"0": [["9:30", "8:30"]]}}, "/weekly_hours"),
        ({"weekly_hours": {"0": [["25:00", "26:00"]]}}, "/weekly_hours/0/0/0"),
        ({"valid_until": "2020-01-01"}, "/valid_until"),
        ({"valid_until": "9999-12-31"}, "/valid_until"),
        ({"valid_from": "0001-01-01"}, "/valid_from"),
        ({"valid_from": "0"}, "/valid_from"),
        ({"reason": "\u3164"}, "/reason"),
    ],
)
def test_what_is_wrong_with_an_assignment_is_named(boss, duty, office, wrong, pointer):
    wanted = {
        "duty_id": duty("look", {CUSTOMER: ["query"]}), "subject": "user",
        "subject_id": office.ann.user.id, "allow": False,
    }  # fmt: skip
    for path in ("assignments", "assignments/preview"):
        refused = boss.post(f"{ROOT}/{path}", wanted | wrong)
        assert refused.status_code == 422, refused.text
        assert pointer in [one["pointer"] for one in refused.json["errors"]]


def test_a_verb_that_nobody_declares_is_not_stored_under_everything(boss, duty, office):
    """A duty of every verb gives whatever is named, so what is named must exist."""
    wanted = {
        "duty_id": duty("all", {CUSTOMER: ["*"]}), "subject": "user",
        "subject_id": office.ann.user.id, "allow": False, "verbs": ["fly"],
    }  # fmt: skip
    refused = boss.post(f"{ROOT}/assignments", wanted)
    assert [one["pointer"] for one in refused.json["errors"]] == ["/verbs"]


def test_a_period_is_days_of_the_site(boss, duty, office):
    day = today() + timedelta(days=3)
    wanted = {
        "duty_id": duty("look", {CUSTOMER: ["query"]}), "subject": "user", "allow": False,
        "subject_id": office.ann.user.id, "valid_from": str(day), "valid_until": str(day),
    }  # fmt: skip
    made = boss.post(f"{ROOT}/assignments", wanted).json
    assert made["state"] == "coming"
    assert made["valid_from"] < made["valid_to"]
    assert (made["valid_from"][-10:], made["valid_to"][-10:]) == ("T16:00:00Z", "T16:00:00Z")


def test_a_token_does_only_what_it_was_made_for(office, program, duty, give):  # noqa: F811
    look = duty("look", {CUSTOMER: ["query"]})
    given = give(look, Subject.USER, office.ann.user.id)
    denial = {
        "duty_id": look, "subject": "user", "subject_id": office.ann.user.id, "allow": False,
    }  # fmt: skip
    reader = program(office.boss.user, ("rights.duty", "query"))
    assert reader.get(f"{ROOT}/duties/{look}").status_code == 200
    for answer in (
        reader.post(f"{ROOT}/duties", {"code": "x", "name": NAME}),
        reader.post(f"{ROOT}/duties/{look}/exclude", {"other_id": look}),
        reader.post(f"{ROOT}/assignments", denial),
        reader.post(f"{ROOT}/assignments/preview", denial),
        reader.post(f"{ROOT}/assignments/{given}/end", {}),
        reader.get(f"{ROOT}/assignments/{given}/end/preview"),
        reader.get(f"{ROOT}/assignments/{given}"),
        reader.get(f"{ROOT}/assignments/export"),
        reader.get(f"{ROOT}/grades"),
        reader.post(f"{ROOT}/grades", {"code": "x", "name": NAME}),
        reader.get(f"{ROOT}/unused"),
    ):
        assert answer.status_code == 403, answer.text
        assert "token does not include" in answer.json["detail"]


def test_staff_without_the_right_are_told_which_one(office, program, duty):  # noqa: F811
    refused = program(office.ann.user).get(f"{ROOT}/duties/{duty('look', {CUSTOMER: ['query']})}")
    assert refused.status_code == 403
    assert refused.json["missing"] == ["rights.duty", "query"]
