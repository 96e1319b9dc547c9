"""Amounts in yuan or in ten thousands, as the reader chose; files and forms stay exact."""

import re
from decimal import Decimal

import pytest

EXACT, WAN = "1,234,567.80", "123.46"


@pytest.fixture
def deal(house, make):
    account = make.customers.customer("A", manager=house.ann.employee)
    return make.customers.opportunity(account, value=Decimal("1234567.80"))


@pytest.fixture
def ann(house, login):
    return login(house.ann.user)


def choose(client, unit):
    answer = client.submit("/preferences", {"money_unit": unit, "next": "/customers/opportunities"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("chosen", "table", "figure"),
    [("auto", "yuan", "wan"), ("yuan", "yuan", "yuan"), ("wan", "wan", "wan")],
)
def test_tables_records_and_figures_follow_the_choice(ann, deal, chosen, table, figure):
    amounts = {"yuan": (EXACT, "CNY"), "wan": (WAN, "10k CNY")}
    choose(ann, chosen)
    amount, unit = amounts[table]
    listed = ann.get("/customers/opportunities").text
    assert f"Expected value ({unit})" in listed
    assert re.search(rf">{re.escape(amount)}<", listed)
    record = ann.get(f"/customers/opportunities/{deal}").text
    assert f"<dt>Expected value ({unit})</dt>" in record
    assert f">{amount}</dd>" in record
    amount, unit = amounts[figure]
    start = ann.get("/").text
    assert f'<span class="v">{amount}<small>{unit}</small>' in start
    assert f"Open opportunities are worth {amount} ({unit})." in start


def test_the_exact_amount_stands_behind_the_scaled_one(ann, deal):
    choose(ann, "wan")
    assert f'<span title="{EXACT}">{WAN}</span>' in ann.get("/customers/opportunities").text


def test_files_forms_and_the_api_stay_exact(ann, deal):
    choose(ann, "wan")
    file = ann.get("/customers/opportunities/export?format=csv").text
    assert "Expected value (CNY)" in file
    assert "1234567.80" in file
    form = ann.get(f"/customers/opportunities/{deal}/edit").text
    assert "Expected value (CNY)" in form
    assert 'value="1234567.80"' in form
    found = ann.get("/api/v1/customers/opportunities").json
    assert found["items"][0]["value"] == "1234567.80"


def test_an_unknown_unit_is_refused_and_the_old_one_kept(ann, deal):
    choose(ann, "wan")
    assert ann.submit("/preferences", {"money_unit": "dollar"}).status_code == 400
    assert "Expected value (10k CNY)" in ann.get("/customers/opportunities").text


def test_the_total_of_a_list_is_in_the_unit_of_its_head(ann, deal):
    choose(ann, "wan")
    total = re.search(r"<tfoot>.*?</tfoot>", ann.get("/customers/opportunities").text, re.DOTALL)
    assert re.search(rf'<td class="num" data-l="[^"]*10k CNY[^"]*">{WAN}</td>', total[0])


def test_sums_of_groups_and_phone_cards_name_the_unit(ann, deal):
    choose(ann, "wan")
    page = ann.get("/customers/opportunities?group=stage").text
    assert f"Expected value (10k CNY) {WAN}" in page
    assert 'data-u="10k CNY"' in page  # a card has no heads
