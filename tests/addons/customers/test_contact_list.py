"""Contact persons as files, and walked through in the filter of their list."""

import re

import pytest

from addons.customers.contacts import ContactFields, add_contact
from core.testing.client import token_headers


@pytest.fixture
def people(house, make, as_):
    mine = make.customers.customer("Ann's", manager=house.ann.employee)
    also = make.customers.customer("Second", manager=house.ann.employee)
    theirs = make.customers.customer("Bob's", manager=house.bob.employee)
    for account, names in ((mine, ("Ada", "Cid")), (also, ("Bea",)), (theirs, ("Zoe",))):
        for name in names:
            with as_(house.administrator):
                add_contact(account, ContactFields(name=name, department="Ops", notes="calls back"))


@pytest.mark.usefixtures("people")
def test_contacts_are_exported_within_the_range_and_the_filter(house, login):
    client = login(house.ann.user)
    assert "/customers/contacts/export" in client.get("/customers/contacts").text
    file = client.get("/customers/contacts/export?format=csv&q=Ada").data.decode("utf-8-sig")
    assert "KH-0001,Ann's,Ada" in file
    assert "calls back" in file
    assert "Cid" not in file
    assert "Zoe" not in client.get("/customers/contacts/export?format=csv").text
    kinds = ("customers.contact", "customers.customer")
    rights = [(kind, verb) for kind in kinds for verb in ("query", "export")]
    twin = client.get(
        "/api/v1/customers/contacts/export?format=csv",
        headers=token_headers(house.ann.user, *rights),
    )
    assert "Bea" in twin.text
    narrow = token_headers(house.ann.user, ("customers.contact", "query"))
    refused = client.get("/api/v1/customers/contacts/export?format=csv", headers=narrow)
    assert refused.status_code == 403


@pytest.mark.usefixtures("people")
def test_a_contact_leads_on_to_the_next_of_its_list_at_another_customer(house, login):
    client = login(house.ann.user)
    page = client.get("/customers/contacts?sort=name").text
    first = re.search(r'<a class="key" href="([^"]+)">Ada<', page)[1].replace("&amp;", "&")
    shown = client.get(first, follow_redirects=True).text
    assert "1 / 3" in shown
    assert re.search(r'<tr class="is-on"><td class="p1">.*?Ada', shown)
    following = re.search(r'rel="next" href="([^"]+)"', shown)[1].replace("&amp;", "&")
    shown = client.get(following, follow_redirects=True).text
    assert "<h1>Second</h1>" in shown
    assert "2 / 3" in shown
    assert re.search(r'<tr class="is-on"><td class="p1">.*?Bea', shown)


@pytest.mark.usefixtures("people")
def test_a_contact_of_another_customer_is_not_walked_from(house, login):
    page = login(house.ann.user).get("/customers/2?tab=contacts&contact=1&list=sort%3Dname").text
    assert "2 / 2" in page
    assert "is-on" not in page
