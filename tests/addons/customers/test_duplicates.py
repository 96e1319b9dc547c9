import re

from addons.customers import duplicates


def test_accounts_of_the_same_folded_name_are_shown(house, as_, make):
    make.customers.customer("远洋国际航空股份有限公司", manager=house.ann.employee)
    make.customers.customer("沧海航空", name_en="Canghai Airlines Ltd", manager=house.ann.employee)
    with as_(house.ann):
        assert [one.name for one in duplicates.like("远洋国际航空（集团）")] == [
            "远洋国际航空股份有限公司"
        ]
        assert [one.name for one in duplicates.like("CANGHAI AIRLINES")] == ["沧海航空"]
        assert duplicates.like("远洋") == []


def test_an_account_outside_the_range_is_neither_shown_nor_counted(house, as_, make):
    make.customers.customer("Hidden Co", manager=house.bob.employee)
    with as_(house.ann):
        assert duplicates.like("Hidden Ltd") == []
        assert duplicates.groups() == []
    with as_(house.head):
        assert [one.name for one in duplicates.like("Hidden Ltd")] == ["Hidden Co"]


def test_an_account_is_not_its_own_duplicate(house, as_, make):
    key = make.customers.customer("Same", manager=house.ann.employee)
    with as_(house.ann):
        assert duplicates.like("SAME Inc", other_than=key) == []


def test_the_page_of_duplicates_groups_what_the_reader_sees(house, as_, make):
    make.customers.customer("Twin Inc", manager=house.ann.employee)
    make.customers.customer("TWIN Ltd", manager=house.bob.employee)
    make.customers.customer("Single", manager=house.bob.employee)
    with as_(house.head):
        (group,) = duplicates.groups()
        assert {one.name for one in group.members} == {"Twin Inc", "TWIN Ltd"}
    with as_(house.ann):
        assert duplicates.groups() == []


def test_the_same_name_in_different_countries_is_no_duplicate(house, login, as_, make):
    def entered(name, country):
        make.customers.customer(name, manager=house.ann.employee, country=country)

    for name, country in (("Orange", "FR"), ("Orange SA", "PL"), ("Vodafone Ltd", "DE")):
        entered(name, country)
    entered("Vodafone GmbH", "DE")
    entered("Telia", "SE")
    entered("Telia AB", "")
    with as_(house.ann):
        found = [{one.name for one in group.members} for group in duplicates.groups()]
    assert found == [{"Telia", "Telia AB"}, {"Vodafone Ltd", "Vodafone GmbH"}]
    client = login(house.ann.user)
    text = client.get("/customers/duplicates").get_data(as_text=True)
    assert "2 groups" in text
    assert "Germany" in text
    compare = re.findall(r'href="(/customers/\?q=[^"]*)"', text)[1]
    rows = client.get(compare).get_data(as_text=True)
    assert "Vodafone Ltd" in rows
    assert "Vodafone GmbH" in rows
