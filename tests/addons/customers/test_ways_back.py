"""Nobody loses the place: breadcrumbs lead back to the list as it was, and the menu knows where."""

import re

import pytest


@pytest.fixture
def account(house, make):
    key = make.customers.customer("One", manager=house.ann.employee, grade="A")
    return key, make.customers.opportunity(key, "Line", value=1)


def crumbs(text):
    part = re.search(r'<ol class="crumbs">.*?</ol>', text, re.DOTALL)[0]
    return re.findall(r'<a href="([^"]*)"', part)


def test_the_breadcrumb_of_a_record_keeps_the_lists_filters_and_tabs_keep_it_too(
    house, login, account
):
    client = login(house.ann.user)
    path, filters = f"/customers/{account[0]}", "/customers/?grade=A&amp;page=1"
    headers = {"Referer": "http://localhost/customers/?grade=A&page=1"}
    text = client.get(path, headers=headers).get_data(as_text=True)
    assert crumbs(text)[0] == filters
    tab = re.search(r'href="([^"]*tab=contacts[^"]*)"', text)[1].replace("&amp;", "&")
    assert crumbs(client.get(tab).get_data(as_text=True))[0] == filters
    for elsewhere in ("https://evil.example/customers/?grade=A", "http://localhost/customers/9"):
        text = client.get(path, headers={"Referer": elsewhere}).get_data(as_text=True)
        assert crumbs(text)[0] == "/customers/"
    for bad in ("https://evil.example/", "//evil.example/customers/?x", "/why?x"):
        text = client.get(path, query_string={"back": bad}).get_data(as_text=True)
        assert crumbs(text)[0] == "/customers/"


def test_every_form_of_a_customer_leads_back(house, login, account):
    client = login(house.ann.user)
    key, deal = account
    for page in ("edit", "stage", "contacts/new", "opportunities/new"):
        text = client.get(f"/customers/{key}/{page}").get_data(as_text=True)
        assert crumbs(text) == ["/customers/", f"/customers/{key}"], page
    for page in ("edit", "stage"):
        text = client.get(f"/customers/opportunities/{deal}/{page}").get_data(as_text=True)
        assert crumbs(text) == ["/customers/opportunities", f"/customers/opportunities/{deal}"]
    assert crumbs(client.get("/customers/new").get_data(as_text=True)) == ["/customers/"]


def test_an_opportunity_marks_its_list_in_the_menu_and_names_its_manager(house, login, account):
    text = (
        login(house.ann.user).get(f"/customers/opportunities/{account[1]}").get_data(as_text=True)
    )
    assert '<a href="/customers/opportunities" aria-current="page">' in text
    assert re.search(r"<dt>Account manager</dt><dd>Ann</dd>", text)


def test_a_page_of_why_leads_back_to_where_it_was_asked(house, login):
    client = login(house.ann.user)
    why = "/why?resource=customers.customer"
    headers = {"Referer": "http://localhost/customers/pipeline"}
    assert crumbs(client.get(why, headers=headers).get_data(as_text=True)) == [
        "/customers/pipeline"
    ]
    assert crumbs(client.get(why).get_data(as_text=True)) == ["/customers/"]
    again = {"Referer": f"http://localhost{why}"}
    assert crumbs(client.get(why, headers=again).get_data(as_text=True)) == ["/customers/"]
