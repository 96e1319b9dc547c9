"""Asking to delete: what will be refused offers no button, and says what to do instead."""

import pytest

from addons.customers import opportunities
from addons.customers.stages import Stage


@pytest.fixture
def boss(house, login):
    return login(house.administrator.user)


def test_a_bare_customer_is_deleted_after_a_question(house, make, boss):
    path = f"/customers/{make.customers.customer('Bare', manager=house.ann.employee)}/delete"
    page = boss.get(path).text
    assert "KH-0001 Bare is deleted for good" in page
    assert "btn-bad" in page
    assert boss.submit(path).location == "/customers/"
    assert boss.get(path).status_code == 404


def test_a_customer_in_use_says_all_that_is_in_the_way_and_what_to_do(house, make, boss):
    key = make.customers.customer("Used", manager=house.ann.employee, stage=Stage.OPPORTUNITY)
    make.customers.contact(key)
    make.customers.opportunity(key)
    page = boss.get(f"/customers/{key}/delete").text
    for words in ("contact persons: 1. Remove", "opportunities: 1. Delete", "move it back first"):
        assert words in page
    assert "btn-bad" not in page
    assert "deleted for good" not in page
    refused = boss.submit(f"/customers/{key}/delete")
    assert refused.status_code == 422
    assert "Used was not deleted. It has contact persons: 1." in refused.text


def test_a_closed_opportunity_offers_no_button_and_says_how_to_reopen(house, as_, make, boss):
    account = make.customers.customer("A", manager=house.ann.employee)
    lost, mistake = make.customers.opportunity(account), make.customers.opportunity(account)
    with as_(house.ann):
        opportunities.move_opportunity(lost, "lost", reason="x")
    page = boss.get(f"/customers/opportunities/{lost}/delete").text
    assert "move it back to an open stage first" in page
    assert "btn-bad" not in page
    answer = boss.submit(f"/customers/opportunities/{mistake}/delete")
    assert answer.location == f"/customers/{account}?tab=opportunities"


def test_the_hand_over_of_one_customer_leads_back_to_it(house, login, make):
    key = make.customers.customer("A", manager=house.ann.employee)
    page = login(house.head.user).get(f"/customers/{key}/hand-over").text
    assert f'<li><a href="/customers/{key}">A</a></li>' in page
