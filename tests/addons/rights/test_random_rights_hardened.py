"""The random rights once more on a hardened site: equal answers, and raw SQL gives no others."""

import pytest
from sqlalchemy import func, select

from addons.customers.models import Customer
from core.clock import now
from core.unit_of_work import current_unit, read_only
from tests.addons.rights.house import SEEDS, VERBS, House, check_units
from tests.addons.rights.test_random_rights import _check_pages


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    return hardened


@pytest.mark.parametrize("seed", list(SEEDS)[:6])
def test_every_way_and_raw_sql_agree_with_the_oracle(seed, app, make, login):
    house = House(seed, make)
    for _round in range(2):
        check_units(app, house)
        check_raw(house)
        house.change()
        house.give()
        house.hand()
        house.move()
    _check_pages(house, login)


def check_raw(house):
    truth, instant = house.truth(), now()
    for person in house.people:
        with read_only(house.actor(person)) as session:
            for verb in VERBS:
                session.scalars(
                    select(func.count(Customer.id)).execution_options(action=verb)
                ).all()
                raw = current_unit().connection.connection.driver_connection
                seen = {row[0] for row in raw.execute("SELECT id FROM customers_customer")}
                shown = "query" if verb == "export" else verb
                assert seen == truth.seen(person, shown, instant), (person, verb)
