"""The list of accounts grouped, exported in groups, and walked through from its records."""

import re

import pytest

from addons.customers import industries
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work


@pytest.fixture
def accounts(make, house):
    """Ann's accounts A, B, none; Bob's one; grades in an order that is not the ids'."""
    for name, grade in (("Ann one", "B"), ("Ann two", "A"), ("Ann three", None), ("Ann four", "B")):
        make.customers.customer(name, manager=house.ann.employee, grade=grade)
    make.customers.customer("Bob one", manager=house.bob.employee, grade="A")


def heads(page):
    """Return the words of the group rows in order."""
    found = re.findall(r'<tr class="grp">(.*?)</tr>', page.get_data(as_text=True))
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def links(page):
    return re.findall(r'<a class="key" href="([^"]+)">([^<]+)<', page.get_data(as_text=True))


def test_groups_count_what_the_reader_may_see(accounts, house, login):
    ann = login(house.ann.user).get("/customers/?group=grade")
    assert heads(ann) == ["A 1 row", "B 2 rows", "Not graded 1 row"]
    assert [name for _, name in links(ann)] == ["Ann two", "Ann four", "Ann one", "Ann three"]
    head = login(house.head.user).get(
        "/customers/?group=grade&manager=" + str(house.bob.employee.id)
    )
    assert heads(head) == ["A 1 row"]
    both = login(house.head.user).get("/customers/?group=manager")
    assert heads(both) == ["Ann 4 rows", "Bob 1 row"]


def test_a_grouped_page_asks_at_most_eight_statements(accounts, house, login, statements):
    client = login(house.administrator.user)
    for group in ("manager", "industry", "grade"):
        client.get(f"/customers/?group={group}")
        with statements() as sent:
            assert client.get(f"/customers/?group={group}&size=80").status_code == 200
        asked = [one for one in sent if one.lstrip().upper().startswith(("SELECT", "WITH"))]
        assert len(asked) <= 8, asked


def test_an_export_follows_the_filter_and_the_groups(accounts, house, login):
    query = "group=grade&sort=name&format=csv"
    text = login(house.ann.user).get(f"/customers/export?{query}").data.decode("utf-8-sig")
    names = re.findall(r"Ann \w+", text)
    assert [n for n in names if n != "Ann"][:4] == ["Ann two", "Ann four", "Ann one", "Ann three"]
    assert "Bob one" not in text


def test_the_record_leads_on_in_the_order_and_the_filter_of_the_list(accounts, house, login):
    client = login(house.ann.user)
    first = links(client.get("/customers/?grade=B&sort=name"))[0]
    assert first[1] == "Ann four"
    text = client.get(first[0].replace("&amp;", "&")).get_data(as_text=True)
    assert "1 / 2" in text
    assert 'rel="prev"' not in text
    following = re.search(r'rel="next" href="([^"]+)"', text)[1].replace("&amp;", "&")
    text = client.get(f"{following}&tab=contacts").get_data(as_text=True)
    assert "<h1>Ann one</h1>" in text
    assert 'rel="next"' not in text
    previous = re.search(r'rel="prev" href="([^"]+)"', text)[1]
    assert "tab=contacts" in previous
    assert 'href="/customers/?grade=B&amp;sort=name"' in text


def test_the_walk_passes_over_what_the_reader_may_not_see(accounts, house, login, make):
    mine = make.customers.customer("Zed", manager=house.ann.employee)
    make.customers.customer("Zed hidden", manager=house.bob.employee)
    last = make.customers.customer("Zed the last", manager=house.ann.employee)
    text = login(house.ann.user).get(f"/customers/{mine}?list=q%3DZed%26sort%3Dname")
    text = text.get_data(as_text=True)
    assert "1 / 2" in text
    assert f'rel="next" href="/customers/{last}?' in text


@pytest.mark.parametrize(
    "query", ["size%3D7", "grade%3D%27", "manager%3Dabc", "%26%26", "q%3Dnone"]
)
def test_an_unreadable_walk_is_no_walk(accounts, house, login, make, query):
    mine = make.customers.customer("Zed", manager=house.ann.employee)
    page = login(house.ann.user).get(f"/customers/{mine}?list={query}")
    assert page.status_code == 200
    assert 'rel="next"' not in page.get_data(as_text=True) or query == "%26%26"


def test_industries_are_grouped_by_themselves_and_not_by_their_branch(house, login, make):
    with unit_of_work(MAKING):
        branch = industries.add_industry({"zh": "航空", "en": "Air"})
        leaf = industries.add_industry({"zh": "货运", "en": "Freight"}, parent_id=branch)
    for industry in (branch, leaf, leaf):
        make.customers.customer(manager=house.ann.employee, industry_id=industry)
    assert heads(login(house.ann.user).get("/customers/?group=industry")) == [
        "Air 1 row",
        "Freight 2 rows",
    ]


def test_a_range_whose_ends_are_swapped_is_told(house, login):
    client = login(house.ann.user)
    refused = client.get("/customers/?since_from=2026-05-02&since_to=2026-05-01")
    assert refused.status_code == 400
    assert "the first day comes after the last one" in refused.text
    assert client.get("/customers/?since_from=2026-05-01&since_to=2026-05-01").status_code == 200


def test_the_keys_that_are_named_are_those_of_the_list(house, login, make):
    make.customers.customer("A", manager=house.ann.employee)
    make.customers.contact(make.customers.customer("B", manager=house.ann.employee))
    client = login(house.ann.user)
    keys = re.search(r"data-keys[^>]*>([^<]+)", client.get("/customers/contacts").text)[1]
    assert keys == "Keys: J K move, E edit, Enter open, / search"


def test_own_pages_are_found_by_the_search(house, login):
    found = login(house.ann.user).get("/search?q=token").text
    assert "My API tokens" in found
    assert 'href="/account/tokens"' in found
