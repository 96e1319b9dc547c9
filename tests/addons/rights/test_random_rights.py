"""R1, R9: under random rights every way to the data gives what a brute-force oracle says."""

import pytest

from addons.customers.lists import CUSTOMERS
from core.clock import now
from tests.addons.rights.house import SEEDS, House, check_units


@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_to_the_data_agrees_with_the_oracle(seed, app, make, login):
    house = House(seed, make)
    for _round in range(3):
        check_units(app, house)
        house.change()
        house.give()
        house.hand()
        house.move()
    _check_pages(house, login)


def _check_pages(house, login):
    truth, instant = house.truth(), now()
    for person in house.people[:3]:
        client = login(house.accounts[person.user])
        wanted = truth.seen(person, "query", instant)
        listed = client.get("/api/v1/customers?size=200")
        if listed.status_code == 403:
            assert not wanted
            continue
        assert {one["id"] for one in listed.json["items"]} == wanted
        codes = {one["code"]: one["id"] for one in listed.json["items"]}
        exported = client.get("/api/v1/customers/export?format=csv")
        if exported.status_code == 200:
            text = exported.get_data(as_text=True)
            both = wanted & truth.seen(person, "export", instant)
            assert {key for code, key in codes.items() if code in text} == both
            assert text.count("KH-") == len(both)
        found = client.get("/api/v1/search?q=Account&limit=10").json
        hits = {h["id"] for group in found if group["key"] == CUSTOMERS.key for h in group["hits"]}
        assert hits <= wanted
        assert bool(hits) is bool(wanted)
        for row in house.rows:
            assert (client.get(f"/customers/{row.id}").status_code == 200) is (row.id in wanted)
