"""The same on a database that is not hardened: nothing is paid, and a planted hole leaks."""

from sqlalchemy import select

from addons.customers.models import Customer
from core.unit_of_work import read_only, unit_of_work
from tests.core.access.planted import everything_off, raw, told


def test_nothing_is_said_and_nothing_more_is_sent(people, statements):
    with told() as said, statements() as sent, unit_of_work(people.as_ann) as session:
        session.get(Customer, people.hers).notes = "x"
    assert said == []
    assert not any("sunmao.who" in one for one in sent)


def test_with_the_applications_wall_off_it_leaks(people):
    with everything_off(), read_only(people.as_ann) as session:
        assert len(session.scalars(select(Customer.id)).all()) == 2
        if session.get_bind().dialect.name == "postgresql":
            assert raw() == {people.hers, people.his}
