import re

import pytest

from addons.customers.hand_over import hand_over
from core.errors import DomainError
from core.jobs.worker import drain
from core.unit_of_work import unit_of_work
from tests.core.notifications.conftest import lines


@pytest.fixture
def three(house, make):
    return [make.customers.customer(f"Account {n}", manager=house.ann.employee) for n in range(3)]


def give(house, ids):
    with unit_of_work(house.head.actor):
        return hand_over(ids, to_employee_id=house.bob.employee.id, reason="new split")


def test_the_new_manager_is_told_once_and_led_to_just_these(app, house, make, three, login):
    make.customers.customer("Older one", manager=house.bob.employee)
    give(house, three)
    drain(app)
    (line,) = lines(house.bob.user)
    assert line.kind == "customers.handed_over"
    bob = login(house.bob.user)
    assert "head handed 3 accounts to you" in bob.get("/notifications/").text
    place = bob.get(f"/notifications/{line.id}").location
    names = set(re.findall(r"Account \d|Older one", bob.get(place).text))
    assert names == {"Account 0", "Account 1", "Account 2"}
    (line,) = lines(house.ann.user)
    assert line.kind == "customers.handed_over"
    assert (
        "head handed 3 accounts of yours to Bob"
        in login(house.ann.user).get("/notifications/").text
    )


def test_a_single_account_is_led_to_itself(house, three, login):
    give(house, three[:1])
    (line,) = lines(house.bob.user)
    answer = login(house.bob.user).get(f"/notifications/{line.id}")
    assert answer.location == f"/customers/{three[0]}"


def test_whoever_takes_accounts_over_is_not_told_of_it(house, three):
    with unit_of_work(house.head.actor):
        hand_over(three, to_employee_id=house.head.employee.id, reason="mine now")
    assert lines(house.head.user) == []


def test_every_former_manager_is_told_of_their_own_accounts_and_nobody_else(
    house, make, three, login
):
    theirs = make.customers.customer("Head's", manager=house.head.employee)
    nobodys = make.customers.customer("Nobody's")
    with unit_of_work(house.administrator.actor):
        ids = [*three[:1], theirs, nobodys]
        hand_over(ids, to_employee_id=house.bob.employee.id, reason="new split")
    for former in (house.ann, house.head):
        assert len(lines(former.user)) == 1
        page = login(former.user).get("/notifications/").text
        assert "1 account of yours to Bob" in page
    assert lines(house.administrator.user) == []


def test_a_hand_over_that_is_refused_tells_nobody(house, three):
    with pytest.raises(DomainError), unit_of_work(house.ann.actor):
        hand_over(three, to_employee_id=house.bob.employee.id, reason="no right")
    assert lines(house.bob.user) == []
