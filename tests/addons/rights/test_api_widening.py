"""No program gives anybody more rights: every way of widening is refused."""

from datetime import timedelta

import pytest

from addons.rights import duties, effects, grades
from addons.rights.duties import DutyFields
from addons.rights.models import Subject
from core.clock import now
from core.testing.client import signed_in_client
from core.unit_of_work import unit_of_work
from tests.addons.rights.conftest import MAKING
from tests.addons.rights.programs import CUSTOMER, PAIRS, ROOT, changed, everything, gift, refused


def test_giving_is_done_on_its_page(boss, office, duty, seen):
    look = duty("look", {CUSTOMER: ["query"]})
    before = everything()
    assert refused(
        boss.post(f"{ROOT}/assignments", gift(office, look)), f"/rights/assign?duty={look}"
    )
    assert everything() == before
    assert seen(office.ann) == {"ann-a", "ann-b"}


def test_what_would_give_nothing_more_is_a_gift_all_the_same(boss, office, duty):
    """It may give more tomorrow: the page asks for the password as well."""
    nothing = duty("nothing", {CUSTOMER: ["query"]})
    ranges = {"org": [{"kind": "headed"}]}
    answer = boss.post(f"{ROOT}/assignments", gift(office, nothing, ranges=ranges))
    assert refused(answer, f"/rights/assign?duty={nothing}")


def test_what_cannot_be_done_on_the_page_either_is_said_first(boss, office, duty, denied):
    look = duty("empty", {})
    answer = boss.post(f"{ROOT}/assignments", gift(office, look))
    assert [one["pointer"] for one in answer.json["errors"]] == ["/verbs"]
    assert boss.post(f"{ROOT}/assignments", gift(office, 99999)).status_code == 404
    assert boss.post(f"{ROOT}/duties/{look}/include/99999").status_code == 404
    path = f"{ROOT}/people/{office.ann.user.id}/grade"
    assert boss.post(path, {"grade_id": 99999}).status_code == 404
    stale = boss.patch(f"{ROOT}/duties/{denied['duty']}", {"contains": []}, If_Match='"99"')
    assert stale.status_code == 412


def test_nobody_rises_by_program_who_could_not_on_the_page(office, program, duty, give):
    """Whoever manages rights without being an administrator is refused as on the page."""
    manage = duty("manage", {"rights.assignment": ["query", "create", "delete"]})
    give(manage, Subject.USER, office.ann.user.id)
    look = duty("look", {CUSTOMER: ["query"]})
    answer = program(office.ann.user).post(f"{ROOT}/assignments", gift(office, look))
    assert answer.status_code == 422
    assert "give this to yourself" in answer.json["detail"]


def test_a_denial_of_which_not_everybody_was_looked_at_may_widen(
    boss, office, duty, seen, monkeypatch
):
    look = duty("look", {CUSTOMER: ["query"]})
    body = {"duty_id": look, "subject": "everyone", "allow": False}
    with monkeypatch.context() as patched:
        patched.setattr(effects, "LOOKED_AT", 1)
        assert boss.post(f"{ROOT}/assignments/preview", body).json["widens"] is True
        assert refused(boss.post(f"{ROOT}/assignments", body), f"/rights/assign?duty={look}")
    assert seen(office.ann) == {"ann-a", "ann-b"}
    assert boss.post(f"{ROOT}/assignments", body).status_code == 201
    assert seen(office.ann) == set()


def test_a_denial_by_which_somebody_gains_is_a_gift(boss, office, duty, monkeypatch):
    """No denial that we know of does; should one, its preview is believed and not its name."""
    look = duty("look", {CUSTOMER: ["query"]})
    body = gift(office, look, allow=False)
    before = everything()
    monkeypatch.setattr(effects.Effects, "widens", property(lambda _self: True))
    assert refused(boss.post(f"{ROOT}/assignments", body), f"/rights/assign?duty={look}")
    assert everything() == before


def test_a_denial_ends_on_its_page(boss, office, denied, seen):
    assert seen(office.ann) == set()
    path = f"{ROOT}/assignments/{denied['given']}"
    told = boss.get(f"{path}/end/preview").json
    assert (told["widens"], told["changes"][0]["differences"][0]["gains"]) == (True, True)
    before = everything()
    assert refused(boss.post(f"{path}/end", {"reason": "over"}), f"/rights/{denied['given']}/end")
    assert everything() == before
    assert seen(office.ann) == set()


def test_a_denial_that_bars_nothing_ends_on_its_page_as_well(boss, office, duty, give):
    given = give(duty("no", {CUSTOMER: ["export"]}), Subject.USER, office.ann.user.id,
                 allow=False, ranges={"org": [{"kind": "headed"}]})  # fmt: skip
    answer = boss.post(f"{ROOT}/assignments/{given}/end", {})
    assert refused(answer, f"/rights/{given}/end")


def test_an_end_of_which_not_everybody_was_looked_at_may_widen(boss, duty, give, monkeypatch):
    given = give(duty("look", {CUSTOMER: ["query"]}), Subject.EVERYONE)
    with monkeypatch.context() as patched:
        patched.setattr(effects, "LOOKED_AT", 1)
        answer = boss.post(f"{ROOT}/assignments/{given}/end", {})
        assert refused(answer, f"/rights/{given}/end")
    assert boss.post(f"{ROOT}/assignments/{given}/end", {}).status_code == 200


@pytest.mark.parametrize(
    "more",
    [
        {"contains": PAIRS["query"]},
        {"contains": PAIRS["query"] + PAIRS["analyse"]},
        {"contains": []},  # less: where it is denied as well, this gives
        {"active": False},
        {"second_factor": True},
        {"contains": PAIRS["query"], "code": "other", "summary": "harmless"},
    ],
)
def test_the_effect_of_a_duty_that_is_held_is_changed_on_its_page(boss, office, held, more):
    before = everything()
    assert refused(changed(boss, held["duty"], more), f"/rights/duties/{held['duty']}/edit")
    assert everything() == before


def test_words_of_a_duty_that_is_held_are_changed(boss, office, held):
    same = {"summary": "Statistics", "code": "sums", "contains": PAIRS["analyse"] * 2}
    answer = changed(boss, held["duty"], same)
    assert answer.status_code == 200, answer.text
    assert (answer.json["summary"], answer.json["code"]) == ("Statistics", "sums")


def test_taking_verbs_out_of_what_is_denied_widens(boss, office, denied, seen):
    assert refused(
        changed(boss, denied["duty"], {"contains": []}), f"/rights/duties/{denied['duty']}/edit"
    )
    assert seen(office.ann) == set()


def test_a_retired_duty_is_not_brought_back(boss, office, held, as_):
    with as_(office.boss):
        fields = DutyFields(
            code="held", name={"zh": "held"}, active=False, grants={CUSTOMER: ["analyse"]}
        )
        duties.update_duty(held["duty"], fields)
    answer = changed(boss, held["duty"], {"active": True})
    assert refused(answer, f"/rights/duties/{held['duty']}/edit")


def test_the_mark_of_a_second_factor_is_not_taken_away(boss, office, strict, give, seen):
    give(strict, Subject.USER, office.ann.user.id)
    answer = changed(boss, strict, {"second_factor": False})
    assert refused(answer, f"/rights/duties/{strict}/edit")
    assert seen(office.ann) == {"ann-a", "ann-b"}


def test_a_duty_that_nobody_holds_is_changed_however(boss, duty, strict):
    key = duty("free", {CUSTOMER: ["query"]})
    assert changed(boss, key, {"contains": ["*:*"], "active": False}).status_code == 200
    assert changed(boss, strict, {"second_factor": False}).status_code == 200


def test_a_duty_of_which_everything_has_ended_is_held_by_nobody(boss, office, held):
    assert boss.post(f"{ROOT}/assignments/{held['given']}/end", {}).status_code == 200
    answer = changed(boss, held["duty"], {"contains": PAIRS["query"]})
    assert answer.status_code == 200, answer.text


def test_what_is_given_from_tomorrow_on_is_held(boss, office, duty, give):
    key = duty("later", {CUSTOMER: ["analyse"]})
    give(key, Subject.USER, office.ann.user.id, valid_from=now() + timedelta(days=1))
    answer = changed(boss, key, {"contains": PAIRS["query"]})
    assert refused(answer, f"/rights/duties/{key}/edit")


def test_an_exclusion_is_lifted_on_the_page_of_the_duty(boss, office, duty):
    one, other = duty("one", {CUSTOMER: ["query"]}), duty("other", {CUSTOMER: ["export"]})
    assert boss.post(f"{ROOT}/duties/{one}/exclude", {"other_id": other}).status_code == 200
    before = everything()
    answer = boss.post(f"{ROOT}/duties/{one}/include/{other}")
    assert refused(answer, f"/rights/duties/{one}/include/{other}")
    assert everything() == before


@pytest.mark.parametrize("given", [True, False])
def test_a_grade_is_given_and_taken_on_the_page_of_the_person(boss, office, given):
    """Also taking one: what is denied to a grade is not denied who has none."""
    with unit_of_work(MAKING):
        senior = grades.create_grade("SR", {"zh": "高级"}).id
        if not given:
            grades.set_grade(office.ann.employee.id, senior)
    before = everything()
    path = f"{ROOT}/people/{office.ann.user.id}/grade"
    answer = boss.post(path, {"grade_id": senior if given else None})
    assert refused(answer, f"/rights/people/{office.ann.user.id}/grade")
    assert everything() == before


def test_a_browser_that_speaks_as_a_program_has_no_password_either(app, office, duty):
    look = duty("look", {CUSTOMER: ["query"]})
    client = signed_in_client(app, office.boss.user)
    answer = client.post(
        f"{ROOT}/assignments",
        json=gift(office, look) | {"reason": "x"},
        headers={"X-CSRFToken": client.token(), "Accept-Language": "en"},
    )
    assert refused(answer, f"/rights/assign?duty={look}")


def test_a_password_that_is_sent_is_no_key_of_the_body(boss, office, duty):
    body = gift(office, duty("look", {CUSTOMER: ["query"]}), password="correct horse battery")
    answer = boss.post(f"{ROOT}/assignments", body)
    assert [one["pointer"] for one in answer.json["errors"]] == ["/password"]


def test_a_key_that_makes_requests_repeatable_changes_nothing(boss, office, duty):
    look = duty("look", {CUSTOMER: ["query"]})
    for _time in range(2):
        answer = boss.post(f"{ROOT}/assignments", gift(office, look), Idempotency_Key="one")
        assert refused(answer, f"/rights/assign?duty={look}")


def test_the_refusal_speaks_chinese(office, program, duty, make):
    chinese = program(make.administrator("wen", locale="zh_Hans_CN"))
    look = duty("look", {CUSTOMER: ["query"]})
    words = chinese.post(f"{ROOT}/assignments", gift(office, look)).json["detail"]
    assert "密码" in words
    assert f"/rights/assign?duty={look}" in words
