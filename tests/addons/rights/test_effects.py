"""What the preview says of each verb, and of the moment from which an assignment counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from addons.rights import effects
from addons.rights.assignments import AssignmentFields, assignment, checked
from addons.rights.models import Subject
from addons.rights.policy import Held
from core.access import resources
from core.access.models import Participant
from core.clock import now
from core.unit_of_work import unit_of_work

CUSTOMER = "customers.customer"


@pytest.fixture
def look(office, accounts):
    """Return what giving something to Ann would change: {verbs: (before, after, gains, loses)}."""

    def told(duty_id, *, boss=office.boss, **more):
        fields = AssignmentFields(
            duty_id=duty_id, subject=Subject.USER, subject_id=office.ann.user.id, **more
        )
        with unit_of_work(boss.actor):
            found = effects.of_assigning(checked(fields))
        return found, _lines(found)

    return told


@pytest.fixture
def boss(office, login):
    return login(office.boss.user)


def _lines(found):
    return {
        (one.resource, one.verbs): (one.before.rows, one.after.rows, one.gains, one.loses)
        for change in found.changes
        for one in change.differences
    }


def test_only_the_verbs_that_change_are_told_with_their_own_rows(duty, look):
    """Ann has two customers and the verbs of everybody on them."""
    _found, lines = look(duty("mend", {CUSTOMER: ["update"]}))
    assert lines == {}, "she changes nothing more: what is out of sight is not changed"
    _found, lines = look(duty("see", {CUSTOMER: ["query"]}))
    assert lines == {(CUSTOMER, ("query",)): (2, 4, True, False)}
    _found, lines = look(duty("both", {CUSTOMER: ["query", "update", "analyse"]}))
    assert lines == {(CUSTOMER, ("query", "update", "analyse")): (2, 4, True, False)}
    _found, lines = look(duty("drop", {CUSTOMER: ["delete"]}))
    assert lines == {(CUSTOMER, ("delete",)): (0, 2, True, False)}


def test_rows_in_which_somebody_takes_part_are_counted(duty, look, office, accounts, monkeypatch):
    known = dict(resources.resources())
    known[CUSTOMER] = replace(known[CUSTOMER], participants=True)
    monkeypatch.setattr(resources, "_source", [lambda: known])
    with unit_of_work(office.boss.actor) as session:
        session.add(
            Participant(resource=CUSTOMER, record_id=accounts["bob-a"], user_id=office.ann.user.id)
        )
    _found, lines = look(duty("mend", {CUSTOMER: ["update"]}))
    assert lines == {(CUSTOMER, ("update",)): (2, 3, True, False)}


def test_a_denial_of_one_verb_loses_that_verb(duty, look):
    _found, lines = look(duty("mend", {CUSTOMER: ["update"]}), allow=False)
    assert lines == {(CUSTOMER, ("update",)): (2, 0, False, True)}


def test_what_begins_later_is_told_as_of_its_first_moment(duty, look):
    start = now() + timedelta(days=3)
    see = duty("see", {CUSTOMER: ["query"]})
    found, lines = look(see, valid_from=start, valid_to=start + timedelta(days=9))
    assert found.at == start
    assert lines == {(CUSTOMER, ("query",)): (2, 4, True, False)}


def test_weekly_hours_are_told_as_of_their_next_beginning(duty, look, office):
    tomorrow = (now() + timedelta(days=2)).weekday()
    hours = {str(tomorrow): [["08:30", "17:30"]]}
    found, lines = look(duty("see", {CUSTOMER: ["query"]}), weekly_hours=hours)
    assert found.at > now()
    assert list(lines.values()) == [(2, 4, True, False)]


def test_ending_what_has_not_begun_tells_what_would_have_come(duty, give, look, office):
    see = duty("see", {CUSTOMER: ["query"]})
    key = give(see, Subject.USER, office.ann.user.id, valid_from=now() + timedelta(days=3))
    with unit_of_work(office.boss.actor):
        found = effects.of_ending(Held.of(assignment(key)))
    assert _lines(found) == {(CUSTOMER, ("query",)): (4, 2, False, True)}
    assert found.at is not None


def test_a_denial_of_one_thing_takes_it_from_every_verb_that_needs_sight(duty, look, give, office):
    see = duty("see", {CUSTOMER: ["query"]})
    bobs = {"owner": [{"kind": "person", "id": office.bob.employee.id}]}
    give(see, Subject.USER, office.ann.user.id, ranges=bobs)
    top = {"customer": [{"kind": "rule", "all": {"grade": ["A"]}}]}
    _found, lines = look(see, allow=False, ranges=top)
    assert lines[CUSTOMER, ("query",)] == (4, 2, False, True)
    assert lines[CUSTOMER, ("update", "export")] == (2, 1, False, True)
    assert not any("analyse" in verbs for _key, verbs in lines), "statistics stay"


def test_what_begins_later_is_said_on_the_page(boss, duty, accounts, office):
    see = duty("see", {CUSTOMER: ["query"]})
    values = {
        "duty_id": see, "subject": "user", "user_id": office.ann.user.id, "allow": "yes",
        "valid_from": "2030-02-01", "step": "look",
    }  # fmt: skip
    text = boss.submit("/rights/assign", data=values).get_data(as_text=True)
    assert "as of 2030-02-01 00:00" in text
    assert "2 rows" in text
    assert "4 rows" in text
