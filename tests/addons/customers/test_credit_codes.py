"""Numbers of Chinese companies are checked wherever they come in; those of others are free."""

import pytest

from addons.customers import queries, services
from addons.customers.credit_codes import SIGNS, check_sign, is_credit_code
from addons.customers.exchanges import EXCHANGES
from addons.customers.fields import CustomerFields
from addons.customers.models import Customer
from core.errors import Refused
from core.exchange.applying import Plan, apply_rows
from core.testing.client import token_headers

KNOWN = (
    "914403001922038216",
    "91330100799655058B",
    "91110108551385082Q",
)  # printed by their owners
GOOD, SLIP = KNOWN[0], "914403001922038215"


@pytest.mark.parametrize("number", KNOWN)
def test_published_codes_are_valid_and_no_single_slip_is(number):
    assert is_credit_code(number)
    for place, sign in enumerate(number):
        for other in SIGNS.replace(sign, ""):
            assert not is_credit_code(number[:place] + other + number[place + 1 :])
    assert not is_credit_code(number[1:])
    assert not is_credit_code(number.lower()) or number.isdigit()


def test_every_body_has_one_last_sign():
    bodies = [f"91110000MA{number:07d}" for number in range(200)]
    assert {check_sign(body) for body in bodies} == set(SIGNS)


@pytest.mark.parametrize("typed", [" 9144 0300 1922 0382 16", "91440300192203821６"])
def test_a_code_is_kept_as_printed_however_it_was_typed(house, as_, typed):
    with as_(house.ann):
        made = services.create_customer(
            CustomerFields(name="A", country="CN", registration_no=typed)
        )
        assert made.registration_no == GOOD


@pytest.mark.parametrize(("country", "stored"), [("DE", True), ("", True), ("CN", False)])
def test_only_numbers_of_chinese_companies_are_asked_for_their_form(house, as_, country, stored):
    fields = CustomerFields(name="A", country=country, registration_no="HRB 6684")
    if stored:
        with as_(house.ann):
            assert services.create_customer(fields).registration_no == "HRB 6684"
        return
    with pytest.raises(Refused) as refused, as_(house.ann):
        services.create_customer(fields)
    assert list(refused.value.fields) == ["registration_no"]


def test_an_old_number_does_not_hold_other_changes_up(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee, country="CN")
    with as_(house.ann) as session:
        session.get_one(Customer, key).registration_no = "110000400000000"
    old = CustomerFields(name="A", country="CN", grade="B", registration_no="110000400000000")
    with as_(house.ann):
        services.update_customer(key, old, row_version=queries.customer(key).row_version)
    with as_(house.ann):
        assert queries.customer(key).grade == "B"
    with pytest.raises(Refused), as_(house.ann):
        wrong = CustomerFields(name="A", country="CN", registration_no=SLIP)
        services.update_customer(key, wrong, row_version=queries.customer(key).row_version)


def test_form_file_and_program_name_the_field(house, login, as_):
    client = login(house.ann.user)
    data = {"name": "A", "country": "CN", "registration_no": SLIP}
    page = client.submit("/customers/new", data)
    assert page.status_code == 422
    assert 'id="registration_no-e"' in page.text
    headers = token_headers(house.ann.user)
    answer = client.post("/api/v1/customers", json=data, headers=headers)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/registration_no"
    many = client.post("/api/v1/customers/batch", json={"items": [data]}, headers=headers)
    assert many.json["errors"][0]["pointer"] == "/items/0/registration_no"
    plan = Plan(EXCHANGES[0], list(data), {name: name for name in data})
    with as_(house.ann) as session:
        (verdict,) = apply_rows(session, plan, [(2, list(data.values()))])
    assert verdict.outcome == "refused"
    assert "credit code" in verdict.reason
