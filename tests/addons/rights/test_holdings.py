"""Who holds two duties that exclude each other: by account, by period, in a few statements."""

from datetime import timedelta

import pytest

from addons.rights import duties
from addons.rights.models import Subject
from core.clock import now
from core.errors import Refused
from core.unit_of_work import unit_of_work

LOOK = {"customers.customer": ["query"]}
DAY = timedelta(days=1)


@pytest.fixture
def pair(duty):
    return duty("pay", LOOK), duty("check", LOOK)


def exclude(office, pair):
    with unit_of_work(office.boss.actor):
        duties.exclude(*pair)


def test_namesakes_do_not_hold_together(office, pair, give, make):
    one, other = (make.user(f"w{n}", employee=make.employee("王伟")) for n in range(2))
    give(pair[0], Subject.USER, one.id)
    give(pair[1], Subject.USER, other.id)
    exclude(office, pair)


def test_what_is_over_and_periods_that_do_not_meet_do_not_count(office, pair, give, frozen):
    end = now() + DAY
    give(pair[0], Subject.USER, office.ann.user.id, valid_to=end)
    give(pair[1], Subject.USER, office.ann.user.id, valid_from=end)
    give(pair[0], Subject.USER, office.bob.user.id, valid_to=end)
    with frozen(end):
        give(pair[1], Subject.USER, office.bob.user.id)
        exclude(office, pair)


def test_periods_that_meet_do_count(office, pair, give):
    give(pair[0], Subject.USER, office.ann.user.id, valid_to=now() + DAY)
    give(pair[1], Subject.USER, office.ann.user.id, valid_from=now() + DAY / 2)
    with pytest.raises(Refused, match="Ann"):
        exclude(office, pair)


@pytest.fixture
def hand_on(office, pair, give, hand):
    """Let somebody hand the first duty to Bob several times."""
    with unit_of_work(office.boss.actor):
        duties.exclude(*pair)
    given = {
        one.user.id: give(pair[0], Subject.USER, one.user.id) for one in (office.ann, office.head)
    }

    def several(giver, number=1):
        for each in range(number):
            hand(giver, office.bob, given[giver.user.id], valid_to=now() + (2 + each) * DAY)

    return several


def test_it_costs_no_statement_for_each_delegation(office, hand_on, statements):
    hand_on(office.ann)
    with statements() as few:
        hand_on(office.head)
    hand_on(office.ann, 6)
    with statements() as many:
        hand_on(office.head)
    assert len(many) == len(few)
