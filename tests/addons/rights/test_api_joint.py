"""Where the site lets widening take several people, a program asks them instead of a page."""

import pytest

from addons.rights import duties, effects, grades
from core.consent import services as consents
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work
from tests.addons.rights.conftest import MAKING
from tests.addons.rights.programs import (
    CUSTOMER,
    PAIRS,
    ROOT,
    SYSTEM,
    changed,
    everything,
    gift,
    refused,
)


@pytest.fixture
def two(make):
    """Let it take two people to widen rights; return the second one."""
    with unit_of_work(SYSTEM) as session:
        set_value(session, "rights.several_widen", "2")
    return make.actor(make.administrator("second"))


def asked(boss, answer, reason="项目需要"):
    """Ask for what was answered with 409, as the program that was refused; return its number."""
    assert answer.status_code == 409, answer.text
    assert answer.json["consent"]["people"] == 2
    made = boss.post("/api/v1/consents", {"ask": answer.json["consent"]["ask"], "reason": reason})
    assert made.status_code == 201, made.text
    return made.json["id"]


def test_a_duty_is_given_once_another_agrees(boss, office, duty, seen, two):
    look = duty("look", {CUSTOMER: ["query"]})
    before = everything()
    number = asked(boss, boss.post(f"{ROOT}/assignments", gift(office, look, reason="顶岗")))
    assert everything() == before
    with read_only(two):
        assert consents.agree(number) is True
    assert "bob-a" in seen(office.ann)


def test_every_way_of_widening_is_asked_of_others(boss, office, duty, held, denied, two):  # noqa: PLR0917
    other = duty("other", {CUSTOMER: ["export"]})
    with unit_of_work(MAKING):
        duties.exclude(held["duty"], other)
        senior = grades.create_grade("SR", {"zh": "高级"}).id
    before = everything()
    for answer in (
        boss.post(f"{ROOT}/assignments/{denied['given']}/end", {"reason": "over"}),
        changed(boss, held["duty"], {"contains": PAIRS["query"]}),
        boss.post(f"{ROOT}/duties/{held['duty']}/include/{other}"),
        boss.post(f"{ROOT}/people/{office.ann.user.id}/grade", {"grade_id": senior}),
    ):
        asked(boss, answer)
    assert everything() == before


def test_what_is_no_matter_for_several_stays_with_its_page(boss, office, duty, two, monkeypatch):
    """A denial never takes several people: where it may widen, no ask is a way round the page."""
    look = duty("look", {CUSTOMER: ["query"]})
    monkeypatch.setattr(effects, "LOOKED_AT", 1)
    body = {"duty_id": look, "subject": "everyone", "allow": False}
    assert refused(boss.post(f"{ROOT}/assignments", body), f"/rights/assign?duty={look}")


def test_a_token_asks_others_only_for_what_it_may(office, program, duty, two):
    look = duty("look", {CUSTOMER: ["query"]})
    reader = program(office.boss.user, ("rights.assignment", "query"))
    assert reader.post(f"{ROOT}/assignments", gift(office, look)).status_code == 403
