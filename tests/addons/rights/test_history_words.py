"""The history of rights in the reader's words: who, on which data, when, and what a duty contains."""

from datetime import UTC, datetime

import pytest

from addons.rights import duties
from addons.rights.duties import DutyFields
from addons.rights.models import ASSIGNMENT, DUTY
from core.audit.queries import history
from core.audit.services import record
from core.i18n import force_locale
from core.unit_of_work import unit_of_work

CUSTOMER = "customers.customer"


@pytest.fixture
def told(office):
    """Give a function from a record to its newest entry: {title: (before, after)}."""

    def read(resource, record_id, locale):
        with unit_of_work(office.boss.actor) as session, force_locale(locale):
            newest = history(session, resource, record_id)[0]
            return {one.title: (one.before, one.after) for one in newest.changes}

    return read


def test_an_assignment_is_told_by_whom_it_concerns_on_which_data_and_when(office, duty, give, told):
    made = give(
        duty("look", {CUSTOMER: ["query", "update"]}),
        "user",
        office.ann.user.id,
        verbs=["query"],
        ranges={"org": [{"kind": "unit", "id": office.second_room.id, "below": True}]},
        weekly_hours={"0": [["08:30", "17:30"]]},
        valid_to=datetime(2099, 1, 1, tzinfo=UTC),
        reason="holidays",
    )
    english = told(ASSIGNMENT, made, "en")
    assert english["Duty"] == ("–", "look")
    assert english["Kind of holder"] == ("–", "one person")
    assert english["To whom"] == ("–", "Ann")
    assert english["Effect"] == ("–", "gives")
    assert english["Only these verbs"] == ("–", "see")
    assert "市场规划室" in english["On which data"][1]
    assert english["Weekly hours"] == ("–", "Monday 08:30–17:30")
    assert english["Reason"] == ("–", "holidays")
    chinese = told(ASSIGNMENT, made, "zh_Hans_CN")
    assert chinese["授予对象"][1] == "Ann"
    assert all(any("一" <= sign <= "鿿" for sign in title) for title in chinese)


def test_what_a_duty_contains_is_told_before_and_after(office, duty, told):
    made = duty("look", {CUSTOMER: ["query"]})
    with unit_of_work(office.boss.actor):
        grants = {CUSTOMER: ["query", "delete"]}
        duties.update_duty(made, DutyFields(code="look", name={"zh": "看"}, grants=grants))
    before, after = told(DUTY, made, "en")["Rights"]
    assert before == "Customer: see"
    assert after == "Customer: see, delete"


def test_what_was_stored_in_another_shape_is_told_as_it_stands(office, told):
    with unit_of_work(office.boss.actor) as session:
        odd = {"ranges": [None, {"org": ["?"]}], "verbs": [None, 7], "subject_id": [None, 5]}
        record(session, "update", ASSIGNMENT, 99, changes=odd)
    words = told(ASSIGNMENT, 99, "en")
    assert words["On which data"][1] == '{"org": ["?"]}'
    assert words["Only these verbs"][1] == "7"
    assert words["To whom"][1] == "#5"


def test_who_is_gone_is_told_by_a_dash(office, duty, give, told):
    made = give(duty("look", {CUSTOMER: ["query"]}), "position", office.seller.id)
    with unit_of_work(office.boss.actor) as session:
        session.delete(session.get(type(office.seller), office.seller.id))
    assert told(ASSIGNMENT, made, "en")["To whom"] == ("–", "–")
