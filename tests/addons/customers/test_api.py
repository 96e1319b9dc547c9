"""Accounts by program: the twin of each act, with the right and the range of the page."""

import pytest

from tests.core.api.conftest import ann, program  # noqa: F401 - fixtures

ROOT = "/api/v1/customers"


@pytest.fixture
def ours(ann, program):  # noqa: F811
    return program(ann)


@pytest.fixture
def boss(make, program):  # noqa: F811
    return program(make.administrator(locale="en"))


def test_an_account_is_created_read_changed_and_deleted(boss):
    made = boss.post(ROOT, {"name": "Wren Ltd", "grade": "A"})
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    assert boss.get(path).json == made.json
    assert made.json["name"] == "Wren Ltd"
    tag = made.headers["ETag"]
    changed = boss.patch(path, {"region": "North"}, If_Match=tag)
    assert changed.status_code == 200, changed.text
    assert (changed.json["region"], changed.json["name"]) == ("North", "Wren Ltd")
    assert changed.headers["ETag"] != tag
    gone = boss.delete(path, If_Match=changed.headers["ETag"])
    assert gone.status_code == 204, gone.text
    assert boss.get(path).status_code == 404


def test_a_change_names_the_version_it_was_made_from(boss):
    made = boss.post(ROOT, {"name": "Wren Ltd"})
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert boss.patch(path, {"region": "North"}).status_code == 428
    assert boss.patch(path, {"region": "North"}, If_Match=tag).status_code == 200
    stale = boss.patch(path, {"region": "South", "name": "Wren"}, If_Match=tag)
    assert stale.status_code == 412
    assert stale.json["current"]["region"] == "North"
    assert stale.json["yours"]["region"] == "South"
    assert boss.delete(path, If_Match=tag).status_code == 412


def test_what_was_read_and_has_not_changed_is_not_sent_again(ours):
    made = ours.post(ROOT, {"name": "Wren Ltd"})
    again = ours.get(made.headers["Location"], If_None_Match=made.headers["ETag"])
    assert again.status_code == 304


def test_the_list_takes_what_its_page_takes(ours):
    for number in range(25):
        grade = "A" if number % 2 else "B"
        assert ours.post(ROOT, {"name": f"Wren {number:02}", "grade": grade}).status_code == 201
    first = ours.get(f"{ROOT}?size=20&sort=name").json
    assert [row["name"] for row in first["items"]] == [f"Wren {n:02}" for n in range(20)]
    rest = ours.get(first["next"]).json
    assert [row["name"] for row in rest["items"]] == [f"Wren {n:02}" for n in range(20, 25)]
    assert rest["next"] is None
    found = ours.get(f"{ROOT}?grade=A&q=wren 1&col=grade").json["items"]
    assert {row["grade"] for row in found} == {"A"}
    assert set(found[0]) == {"id", "code", "grade"}


def test_a_parameter_that_nobody_declared_is_refused(ours):
    wrong = ours.get(f"{ROOT}?gradee=A")
    assert wrong.status_code == 422
    assert "grade" in wrong.json["errors"][0]["detail"]
    assert ours.get(f"{ROOT}?q=a&q=b").status_code == 400


def test_a_thousand_accounts_go_in_at_once(ours):
    items = [{"name": f"Wren {number}", "stage": "opportunity"} for number in range(1000)]
    made = ours.post(f"{ROOT}/batch", {"items": items})
    assert made.status_code == 201, made.text
    stored = made.json["items"]
    assert len({one["id"] for one in stored}) == 1000
    steps = ours.get(f"{ROOT}/{stored[7]['id']}/stages").json
    assert [step["stage"] for step in steps] == ["prospect", "opportunity"]
    changes = [
        {"id": one["id"], "row_version": one["row_version"], "region": "North"} for one in stored
    ]
    changed = ours.patch(f"{ROOT}/batch", {"items": changes})
    assert changed.status_code == 200, changed.text
    assert {one["row_version"] for one in changed.json["items"]} == {2}
    assert ours.get(f"{ROOT}/{stored[999]['id']}").json["region"] == "North"


def test_one_bad_item_keeps_all_out_and_every_fault_is_named(ours):
    items = [{"name": "Wren"}, {"name": " "}, {"name": "Crow", "industry_id": 7}]
    wrong = ours.post(f"{ROOT}/batch", {"items": items})
    assert wrong.status_code == 422
    places = {fault["pointer"] for fault in wrong.json["errors"]}
    assert places == {"/items/1/name", "/items/2/industry_id"}
    assert ours.get(ROOT).json["items"] == []


def test_a_batch_of_changes_names_foreign_missing_and_stale_items(ours, make):
    own = ours.post(ROOT, {"name": "Wren"}).json
    foreign = make.customers.customer("Crow", manager=make.employee())
    items = [
        {"id": own["id"], "row_version": 9, "region": "x"},
        {"id": foreign, "row_version": 1, "region": "x"},
        {"id": 99999, "row_version": 1, "region": "x"},
    ]
    wrong = ours.patch(f"{ROOT}/batch", {"items": items})
    assert wrong.status_code == 422
    by_place = {fault["pointer"]: fault["detail"] for fault in wrong.json["errors"]}
    assert set(by_place) == {"/items/0", "/items/1", "/items/2"}
    assert by_place["/items/1"] == by_place["/items/2"]


def test_foreign_accounts_look_like_missing_ones(ours, make):
    foreign = make.customers.customer("Crow", manager=make.employee())
    answers = {(path, ours.get(f"{ROOT}/{path}").json["detail"]) for path in (foreign, 99999)}
    assert len({words for _path, words in answers}) == 1


def test_stages_contacts_and_opportunities_have_their_twins(boss):
    path = boss.post(ROOT, {"name": "Wren"}).headers["Location"]
    moved = boss.post(f"{path}/stage", {"to": "relationship"})
    assert moved.json["stage"] == "relationship"
    back = boss.post(f"{path}/stage", {"to": "prospect"})
    assert (back.status_code, back.json["errors"][0]["pointer"]) == (422, "/reason")
    person = boss.post(f"{path}/contacts", {"name": "Ann Wren", "is_main": True})
    assert person.status_code == 201, person.text
    at = person.headers["Location"]
    new = boss.patch(at, {"phone": "12"}, If_Match=person.headers["ETag"])
    assert (new.json["phone"], new.json["name"]) == ("12", "Ann Wren")
    assert [one["id"] for one in boss.get(f"{path}/contacts").json] == [person.json["id"]]
    assert boss.delete(at, If_Match=new.headers["ETag"]).status_code == 204
    deal = boss.post(f"{path}/opportunities", {"title": "Deal", "expected_value": "1200.50"})
    assert deal.json["expected_value"] == "1200.50"
    at = deal.headers["Location"]
    won = boss.post(f"{at}/stage", {"to": "won"})
    assert won.json["stage"] == "won"
    steps = boss.get(f"{at}/stages").json
    assert [step["to_stage"] for step in steps] == ["lead", "won"]
    listed = boss.get(f"{ROOT}/opportunities").json["items"]
    assert [row["value"] for row in listed] == ["1200.50"]
    assert boss.delete(at, If_Match=won.headers["ETag"]).status_code == 422
    sums = {
        one["stage"]: one["expected_value"] for one in boss.get(f"{ROOT}/opportunities/sums").json
    }
    assert sums["won"] == "1200.50"
    assert {one["stage"]: one["accounts"] for one in boss.get(f"{ROOT}/pipeline").json}[
        "relationship"
    ] == 1


@pytest.mark.parametrize("amount", [12.5, 12, "1e3", "12.505", "NaN", "", " 1", "٣", True])
def test_an_amount_is_text_with_two_decimals_at_most(ours, amount):
    path = ours.post(ROOT, {"name": "Wren"}).headers["Location"]
    wrong = ours.post(f"{path}/opportunities", {"title": "Deal", "expected_value": amount})
    assert wrong.status_code == 422, wrong.text
    assert wrong.json["errors"][0]["pointer"] == "/expected_value"


def test_accounts_are_handed_over_after_a_preview(program, make):  # noqa: F811
    unit = make.unit("One")
    head = make.user("head", heads=unit, locale="en")
    ann_, bob = make.employee("Ann", unit=unit), make.employee("Bob", unit=unit)
    ids = [make.customers.customer(f"Wren {n}", manager=ann_) for n in range(3)]
    chief = program(head)
    wanted = {"ids": ids, "to_employee_id": bob.id, "reason": "Ann is on leave"}
    lines = chief.post(f"{ROOT}/hand-over/preview", wanted).json
    assert [(line["manager"], line["problem"]) for line in lines] == [("Ann", "")] * 3
    assert chief.post(f"{ROOT}/hand-over", wanted).json == {"moved": 3}
    assert chief.get(f"{ROOT}/{ids[0]}").json["manager_id"] == bob.id


def test_the_date_of_a_step_is_corrected_by_a_new_row(program, make):  # noqa: F811
    unit = make.unit("One")
    head = make.user("head", heads=unit, locale="en")
    own = make.customers.customer("Wren", manager=make.employee(unit=unit))
    chief = program(head)
    (step,) = chief.get(f"{ROOT}/{own}/stages").json
    at = f"{ROOT}/{own}/stages/{step['id']}/correct"
    steps = chief.post(at, {"on": "2026-01-05", "reason": "typed wrongly"}).json
    assert [(one["happened_on"], one["current"]) for one in steps if one["current"]] == [
        ("2026-01-05", True)
    ]
    assert len(steps) == 2
    other = make.customers.customer("Crow", manager=make.employee(unit=unit))
    at = f"{ROOT}/{other}/stages/{step['id']}/correct"
    assert chief.post(at, {"on": "2026-01-06", "reason": "not mine"}).status_code == 404


def test_a_country_that_is_none_is_refused(ours):
    refused = ours.post(ROOT, {"name": "Somewhere", "country": "zz"})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/country"


def test_industries_are_kept_by_those_who_may(program, make):  # noqa: F811
    admin = program(make.administrator(locale="en"))
    made = admin.post(f"{ROOT}/industries", {"name": {"zh": "能源", "en": "Energy"}})
    assert made.status_code == 201, made.text
    at, tag = made.headers["Location"], made.headers["ETag"]
    changed = admin.patch(at, {"sort": 4}, If_Match=tag)
    assert (changed.json["sort"], changed.json["name"]["en"]) == (4, "Energy")
    assert [node["id"] for node in admin.get(f"{ROOT}/industries").json] == [made.json["id"]]
    assert admin.delete(at, If_Match=changed.headers["ETag"]).status_code == 204


def test_staff_may_not_keep_industries(ours):
    refused = ours.post(f"{ROOT}/industries", {"name": {"zh": "能源"}})
    assert refused.status_code == 403
    assert refused.json["missing"] == ["customers.industry", "configure"]


def test_alike_accounts_are_named_within_the_range(ours, make):
    ours.post(ROOT, {"name": "Wren Ltd."})
    ours.post(ROOT, {"name": "WREN LTD"})
    make.customers.customer("Wren Ltd", manager=make.employee())
    (group,) = ours.get(f"{ROOT}/duplicates").json
    assert len(group["members"]) == 2
    (same,) = ours.get(f"{ROOT}/duplicates?name=wren ltd").json
    assert len(same["members"]) == 2


def test_the_export_is_the_file_of_the_page(ours):
    ours.post(ROOT, {"name": "Wren", "grade": "A"})
    ours.post(ROOT, {"name": "Crow", "grade": "B"})
    file = ours.get(f"{ROOT}/export?format=csv&grade=A")
    assert file.mimetype == "text/csv"
    assert "Wren" in file.text
    assert "Crow" not in file.text
    assert ours.get(f"{ROOT}/export?format=pdf").status_code == 400
    assert ours.get(f"{ROOT}/export?fmt=csv").status_code == 422


@pytest.mark.parametrize("text", ["\u3164", "a\u202eb", "a\x07b"])
@pytest.mark.parametrize("field", ["name", "notes"])
def test_a_program_is_told_what_no_text_may_hold_at_the_place(boss, field, text):
    body = {"name": "Wren Ltd", field: text}
    refused = boss.post(ROOT, body)
    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.json["errors"]] == [f"/{field}"]
    many = boss.post(f"{ROOT}/batch", {"items": [{"name": "Good Ltd"}, body]})
    assert [one["pointer"] for one in many.json["errors"]] == [f"/items/1/{field}"]
    made = boss.post(ROOT, {"name": "Wren Ltd"}).json["id"]
    moved = boss.post(f"{ROOT}/{made}/stage", {"to": "signed", "reason": text})
    assert [one["pointer"] for one in moved.json["errors"]] == ["/reason"]
