"""A page offers a reader only acts that the reader may really do with just this record."""

import re

import pytest

ACTS = ("edit", "stage", "delete", "hand-over")


@pytest.fixture
def records(house, make):
    """An account of Ann's with a deal and a person, which the head may look at but not change."""
    account = make.customers.customer("A", manager=house.ann.employee, grade="B")
    return {
        "account": f"/customers/{account}",
        "deal": f"/customers/opportunities/{make.customers.opportunity(account)}",
        "person": f"/customers/contacts/{make.customers.contact(account)}",
    }


def offered(page):
    """Return the addresses of the buttons in the head of a record."""
    head = re.search(r'<div class="acts">.*?</div></div></div>', page, re.DOTALL)[0]
    found = re.findall(r'<a class="btn[^"]*" href="([^"]+)"', head)
    return [url for url in found if not url.startswith("/why")]


@pytest.mark.parametrize("who", ["ann", "head", "administrator"])
@pytest.mark.parametrize("what", ["account", "deal"])
def test_every_act_that_is_offered_opens(house, login, records, who, what):
    client = login(getattr(house, who).user)
    page = client.get(records[what])
    assert page.status_code == 200
    for url in offered(page.text):
        assert client.get(url).status_code == 200, url


def test_the_head_is_offered_what_heads_may_do_and_nothing_else(house, login, records):
    client = login(house.head.user)
    assert offered(client.get(records["account"]).text) == [f"{records['account']}/hand-over"]
    assert offered(client.get(records["deal"]).text) == []
    contacts = client.get(f"{records['account']}?tab=contacts").text
    assert "/contacts/new" not in contacts
    assert records["person"] not in contacts
    assert "/opportunities/new" not in client.get(f"{records['account']}?tab=opportunities").text


@pytest.mark.parametrize(
    ("what", "act"),
    [
        ("account", "/edit"),
        ("account", "/stage"),
        ("account", "/contacts/new"),
        ("account", "/opportunities/new"),
        ("deal", "/edit"),
        ("deal", "/stage"),
        ("person", ""),
    ],
)
def test_a_form_that_could_not_be_saved_does_not_open(house, login, records, what, act):
    assert login(house.ann.user).get(records[what] + act).status_code == 200
    refused = login(house.head.user).get(records[what] + act)
    assert refused.status_code == 403
    assert "not do this" in refused.text
    assert "/why?" in refused.text  # every refusal explains itself


def test_cells_of_records_that_may_not_be_changed_are_fixed(house, login, make, records):
    own = make.customers.customer("Own", manager=house.head.employee)
    hers = int(records["account"].rpartition("/")[2])
    client = login(house.head.user)
    assert 'data-ask="/customers/?changeable="' in client.get("/customers/").text
    assert client.get(f"/customers/?changeable={hers},{own}&changeable={own + 99}").json == [own]
    assert client.get("/customers/?changeable=x").status_code == 400
    assert "data-ask" not in login(house.ann.user).get("/customers/").text  # all she sees is hers


@pytest.mark.parametrize("ids", ["{0},{1}", "{0},x", "x"])
def test_a_hand_over_never_leaves_one_out_silently(house, login, make, records, ids):
    hers = int(records["account"].rpartition("/")[2])
    elsewhere = make.customers.customer("B", manager=house.administrator.employee)
    client = login(house.first_head.user if hasattr(house, "first_head") else house.ann.user)
    sent = {
        "ids": ids.format(hers, elsewhere + 1_000),
        "to_employee_id": house.bob.employee.id,
        "reason": "x",
    }
    answer = client.submit("/customers/hand-over/do", sent)
    assert answer.status_code >= 400
    assert client.get(records["account"]).status_code == 200


def test_several_fields_of_the_same_name_are_all_read(house, login, make, records):
    hers = int(records["account"].rpartition("/")[2])
    client = login(house.head.user)
    sent = {
        "ids": [str(hers), str(hers + 1_000)],
        "to_employee_id": str(house.bob.employee.id),
        "reason": "x",
    }
    assert client.submit("/customers/hand-over/do", sent).status_code in (404, 422)
    assert "Ann" in client.get(records["account"]).text
