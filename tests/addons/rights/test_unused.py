"""Which assignments are listed as unused: by whom, since when, and with the doubt on keeping."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import update

from addons.rights import unused
from addons.rights.models import Assignment, Duty, Subject
from core.accounts.models import User
from core.clock import frozen, now, today
from core.errors import NotAllowed
from core.settings.services import set_value
from core.unit_of_work import unit_of_work
from tests.addons.rights.conftest import MAKING
from tests.addons.rights.using import aged, used

CUSTOMER = "customers.customer"
LIMIT = 90


@pytest.fixture
def found(office):
    """Return what is unused, by id of the assignment, as the administrator sees it."""

    def look():
        with unit_of_work(office.boss.actor):
            return dict(unused.findings().rows)

    return look


@pytest.fixture
def listed(found, allow, office):
    """Give Ann and the sellers, Ann being one, the sight of customers; all of it long ago."""
    with unit_of_work(MAKING) as session:
        session.get_one(
            type(office.ann.employee), office.ann.employee.id
        ).position_id = office.seller.id
    used(office.boss.user, "core.setting", "query", 0, first=200)
    keys = allow(Subject.USER, office.ann.user.id), allow(Subject.POSITION, office.seller.id)
    aged(*keys, days=300)
    return keys


def test_what_nobody_used_is_listed_with_its_holders_and_last_use(office, listed, found):
    hers, sellers = listed
    assert found().keys() >= {hers, sellers}
    used(office.ann.user, CUSTOMER, "query", LIMIT)
    for key in listed:
        one = found()[key]
        assert (one.holders, one.last_on) == (1, today() - timedelta(days=LIMIT))
    used(office.ann.user, CUSTOMER, "query", LIMIT - 1)
    assert not {hers, sellers} & found().keys()


def test_other_verbs_other_records_and_other_people_do_not_count(office, listed, found):
    used(office.ann.user, CUSTOMER, "update", 1)
    used(office.ann.user, "customers.contact", "query", 1)
    used(office.bob.user, CUSTOMER, "query", 1)
    assert found().keys() >= set(listed)


def test_one_holder_is_enough(office, listed, found, make):
    with unit_of_work(MAKING) as session:
        session.get_one(
            type(office.bob.employee), office.bob.employee.id
        ).position_id = office.seller.id
    hers, sellers = listed
    assert found()[sellers].holders == 2
    used(office.bob.user, CUSTOMER, "query", 1)
    assert sellers not in found()
    assert hers in found()


def test_nothing_is_told_before_the_record_is_old_enough(office, listed, found):
    with unit_of_work(office.boss.actor):
        assert unused.findings().can_tell
    with unit_of_work(office.boss.actor) as session:
        set_value(session, unused.DAYS, 201)
    assert found() == {}
    with unit_of_work(office.boss.actor):
        told = unused.findings()
        assert told.tells_from == today() + timedelta(days=1)
        assert not told.can_tell
    with frozen(now() + timedelta(days=1)):
        assert found().keys() >= set(listed)


def test_without_a_record_nothing_is_told(office, allow, found):
    aged(allow(Subject.USER, office.ann.user.id), days=300)
    assert found() == {}
    with unit_of_work(office.boss.actor):
        assert unused.findings().since is None


@pytest.mark.parametrize(
    "change",
    [
        {"given_at": -LIMIT + 1},
        {"valid_from": -LIMIT + 1},
        {"valid_to": -1},
        {"ended_at": -1},
        {"allow": False},
    ],
)
def test_only_what_has_been_giving_so_long_is_listed(listed, found, change):
    ((name, value),) = change.items()
    if isinstance(value, int) and not isinstance(value, bool):
        value = now() + timedelta(days=value)
    with unit_of_work(MAKING) as session:
        session.execute(update(Assignment).where(Assignment.id == listed[0]).values({name: value}))
    assert listed[0] not in found()
    assert listed[1] in found()


def test_a_retired_duty_gives_nothing_and_is_not_listed(listed, found):
    with unit_of_work(MAKING) as session:
        session.execute(update(Duty).where(Duty.code == "look").values(active=False))
    assert not set(listed) & found().keys()


@pytest.mark.parametrize(
    ("grants", "verbs", "use", "is_used"),
    [
        ({"*": ["*"]}, None, ("core.job", "update"), True),
        ({"*": ["query"]}, None, (CUSTOMER, "query"), True),
        ({"*": ["query"]}, None, (CUSTOMER, "update"), False),
        ({CUSTOMER: ["*"]}, None, (CUSTOMER, "assign"), True),
        ({CUSTOMER: ["*"]}, None, ("customers.contact", "query"), False),
        ({CUSTOMER: ["query", "update"]}, ["update"], (CUSTOMER, "query"), False),
        ({CUSTOMER: ["query", "update"]}, ["update"], (CUSTOMER, "update"), True),
        ({CUSTOMER: ["field:notes"]}, None, (CUSTOMER, "query"), True),
        ({CUSTOMER: ["field:notes"]}, None, (CUSTOMER, "update"), False),
    ],
)
def test_what_an_assignment_gives_decides(
    office, listed, found, duty, give, *, grants, verbs, use, is_used
):
    key = give(duty("other", grants), Subject.USER, office.bob.user.id, verbs=verbs)
    aged(key, days=300)
    used(office.bob.user, *use, 1)
    assert (key not in found()) is is_used


def test_uses_of_a_closed_account_are_told_but_nobody_holds_it(office, listed, found):
    with unit_of_work(MAKING) as session:
        session.execute(update(User).where(User.id == office.ann.user.id).values(active=False))
    used(office.ann.user, CUSTOMER, "query", 120)
    hers, sellers = (found()[key] for key in listed)
    assert (hers.holders, hers.last_on) == (0, today() - timedelta(days=120))
    assert (sellers.holders, sellers.last_on) == (0, None)


def test_what_a_substitute_does_counts_for_the_lender_too(office, listed, found, hand):
    hers, sellers = listed
    begin = now() - timedelta(days=60)
    hand(office.ann, office.bob, hers, by=office.boss, valid_from=begin)
    used(office.bob.user, CUSTOMER, "query", 61)
    assert hers in found(), "before the delegation it was the substitute's own"
    used(office.bob.user, CUSTOMER, "query", 1)
    assert hers not in found()
    assert sellers in found(), "it was not handed on"


def test_after_a_delegation_its_last_day_is_the_last_that_counts(office, listed, found, hand):
    hers, _sellers = listed
    with frozen(now() - timedelta(days=150)):
        until = now() + timedelta(days=20)
        hand(office.ann, office.bob, hers, by=office.boss, valid_to=until)
    used(office.bob.user, CUSTOMER, "query", 1)
    assert found()[hers].last_on in {today() - timedelta(days=130), today() - timedelta(days=131)}


def test_a_delegation_from_before_the_record_tells_nothing(office, listed, found, hand):
    hers, _sellers = listed
    with frozen(now() - timedelta(days=250)):
        hand(office.ann, office.bob, hers, by=office.boss, valid_to=now() + timedelta(days=20))
    used(office.bob.user, CUSTOMER, "query", 1)
    assert found()[hers].last_on is None


def test_what_everybody_and_administrators_have_is_apart(office, listed, found, allow):
    keys = allow(Subject.EVERYONE), allow(Subject.ADMINISTRATORS)
    aged(*keys, days=300)
    assert all(found()[key].apart for key in keys)
    with unit_of_work(office.boss.actor):
        assert not set(keys) & set(unused.findings().together)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_lost_can_only_make_more_look_unused(office, listed, found, duty, give, *, seed):
    """A process that is killed loses uses: whatever is lost, nothing unused looks used by it."""
    dice = random.Random(seed)
    verbs = ("query", "update", "export", "assign")
    people = [office.ann, office.bob, office.head, office.boss]
    keys = [
        give(
            duty(f"d{number}", {CUSTOMER: dice.sample(verbs, 2)}),
            Subject.USER,
            dice.choice(people).user.id,
        )
        for number in range(8)
    ]
    aged(*keys, days=300)
    uses = [
        (one.user, CUSTOMER, verb, dice.randint(1, 150))
        for one in people
        for verb in verbs
        if dice.random() < 0.7
    ]
    known = [one for one in uses if dice.random() < 0.5]
    for one in known:
        used(*one)
    with_losses = found().keys()
    for one in uses:
        used(*one)
    assert found().keys() <= with_losses


def test_nobody_learns_it_without_the_right(office, listed, as_):
    with as_(office.ann), pytest.raises(NotAllowed):
        unused.findings()
    with as_(office.ann), pytest.raises(NotAllowed):
        unused.end(list(listed), reason="no")


def test_it_takes_as_many_statements_for_many_as_for_one(
    office, listed, found, duty, give, *, statements
):
    def asked():
        with unit_of_work(office.boss.actor), statements() as sent:
            unused.findings()
        return len(sent)

    asked()
    before = asked()
    several = [give(duty(f"d{number}", {CUSTOMER: ["query"]}), Subject.POSITION, office.seller.id)
               for number in range(9)]  # fmt: skip
    aged(*several, days=300)
    asked()
    assert found().keys() >= set(several)
    assert asked() == before
