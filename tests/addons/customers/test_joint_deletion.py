"""A site may let it take several people to delete a customer."""

import pytest

from addons.customers import services
from addons.customers.models import CUSTOMER, Customer
from core.access.models import AccessTerm
from core.actor import system_actor
from core.addons.models import bump
from core.consent import services as consents
from core.consent.acts import ConsentNeeded
from core.consent.queries import readable_consent
from core.consent.trials import standing
from core.errors import NotFound, Refused
from core.notifications.models import Notification
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")


@pytest.fixture
def office(make):
    """Two rooms with a manager each, one head above both; it takes two to delete."""
    with unit_of_work(SYSTEM) as session:
        set_value(session, "customers.several_delete_customer", "2")
    top = make.unit("国际清算部")
    rooms = [make.unit("市场开拓室", parent=top), make.unit("市场规划室", parent=top)]
    first, second = (make.user(name, heads=room) for name, room in zip("ab", rooms, strict=True))
    head = make.user("head", heads=top)
    with unit_of_work(SYSTEM) as session:
        for user in (first, second, head):
            session.add(
                AccessTerm(
                    provider="test",
                    user_id=user.id,
                    resource=CUSTOMER,
                    actions=["delete"],
                    source={"zh": "特批", "en": "special"},
                )
            )
        session.flush()
        bump(session, "rights_version")
    return {"first": make.actor(first), "second": make.actor(second), "head": make.actor(head),
            "customer": make.customers.customer("甲公司", manager=make.person_of(first))}  # fmt: skip


def ask(office):
    with unit_of_work(office["first"]), pytest.raises(ConsentNeeded) as needed:
        services.delete_customer(office["customer"])
    with unit_of_work(office["first"]):
        return consents.ask(needed.value.act.name, needed.value.payload, "重复录入")[0].id


def is_there(office):
    with read_only(SYSTEM) as session:
        return session.get(Customer, office["customer"]) is not None


def test_who_sees_the_customer_and_may_delete_it_agrees(office):
    number = ask(office)
    with read_only(office["head"]):
        found = standing(number)
        assert [
            (one.action, one.resource) for one in found.effects if one.resource == CUSTOMER
        ] == [("delete", CUSTOMER)]
        assert consents.agree(number) is True
    assert not is_there(office)


def test_to_whom_it_lies_out_of_range_nothing_is_told(office, login, make):
    number = ask(office)
    with read_only(office["second"]) as session:
        with pytest.raises(NotFound):
            readable_consent(number)
        told = session.query(Notification).filter_by(user_id=office["second"].user_id)
        assert told.count() == 0
    assert is_there(office)


def test_a_number_that_is_given_out_again_deletes_nobody_else(office, make):
    """SQLite gives the last number of a table again."""
    number = ask(office)
    with unit_of_work(SYSTEM):
        services.delete_customer.__wrapped__(office["customer"])
    again = make.customers.customer("乙公司")
    with read_only(office["head"]), pytest.raises((NotFound, Refused)):
        consents.agree(number)
    with read_only(SYSTEM) as session:
        assert session.get(Customer, again) is not None


def test_what_was_stored_meanwhile_makes_people_look_again(office, make):
    number = ask(office)
    make.customers.contact(office["customer"])
    with read_only(office["head"]), pytest.raises(Refused):
        consents.agree(number)
    assert is_there(office)
