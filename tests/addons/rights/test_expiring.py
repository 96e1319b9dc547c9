"""Who is told, and when, that an assignment ends soon."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from addons.rights.expiring import DAYS, tell_of_ends
from addons.rights.models import Subject
from addons.rights.seed import make_duty
from core.clock import now
from core.settings.services import set_value
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.notifications.conftest import lines


@pytest.fixture
def told(office):
    """Run the daily job; return the titles in the inboxes of Ann and of the administrator."""

    def run():
        with unit_of_work(MAKING) as session:
            assert tell_of_ends(
                SimpleNamespace(session=session, cursor={}, time_is_up=lambda: False)
            ).done
        return [one.title for one in lines(office.ann.user)], [
            one.title for one in lines(office.boss.user)
        ]

    return run


def test_holder_and_administrators_are_told_twice_and_no_more(office, told, allow, frozen):
    end = now() + timedelta(days=20)
    allow(Subject.USER, office.ann.user.id, valid_to=end)
    assert told() == ([], [])
    with frozen(end - timedelta(days=14)):
        for _day in range(2):
            mine, theirs = told()
            assert (len(mine), len(theirs)) == (1, 1)
        assert "look" in mine[0]
        assert "look" not in theirs[0], "a title is not hidden with its record"
    with frozen(end - timedelta(days=2)):
        for _day in range(2):
            assert [len(one) for one in told()] == [2, 2]
    with frozen(end):
        assert [len(one) for one in told()] == [2, 2]


def test_what_many_hold_is_told_to_administrators_alone(office, told, allow):
    allow(Subject.HEADS, valid_to=now() + timedelta(days=5))
    assert [len(one) for one in told()] == [0, 1]


def test_what_has_ended_or_has_no_end_is_not_told(office, told, allow, give, duty):
    from addons.rights.assignments import end

    allow(Subject.USER, office.ann.user.id)
    gone = give(duty("other", {"customers.customer": ["query"]}), Subject.USER, office.ann.user.id,
                valid_to=now() + timedelta(days=5))  # fmt: skip
    with unit_of_work(office.boss.actor):
        end(gone)
    assert told() == ([], [])


def test_a_site_may_ask_for_silence(office, told, allow):
    with unit_of_work(office.boss.actor) as session:
        set_value(session, DAYS, 0)
    allow(Subject.USER, office.ann.user.id, valid_to=now() + timedelta(days=5))
    assert told() == ([], [])


def test_it_is_read_in_the_language_of_the_reader(office, told, give, login):
    with unit_of_work(office.boss.actor) as session:
        names = {"zh": "看客户", "en": "Seeing customers"}
        key = make_duty(session, "two", names, {"customers.customer": ["query"]}).id
    give(key, Subject.HEADS, valid_to=now() + timedelta(days=5))
    give(key, Subject.USER, office.boss.user.id, valid_to=now() + timedelta(days=5))
    told()  # by a job, which speaks the language of the site
    page = login(office.boss.user).get("/notifications/").get_data(as_text=True)
    assert "Your duty “Seeing customers” ends" in page
    assert "Seeing customers, to: heads of units" in page
    assert "看客户" not in page
