"""What is not seen is neither changed nor handed over, however wide the verb that changes it."""

import pytest
from sqlalchemy import select

from addons.customers.hand_over import hand_over, hand_over_all
from addons.customers.many import Change, change_customers
from addons.customers.models import Customer
from addons.rights.models import Subject
from core.errors import NotFound, Refused


@pytest.fixture
def wide(office, duty, give, accounts):
    """Ann may change and assign every customer, and still sees her own alone."""
    acts = duty("acts", {"customers.customer": ["update", "assign"]})
    give(acts, Subject.USER, office.ann.user.id)
    return accounts


def test_many_at_once_do_not_tell_of_what_is_not_seen(office, as_, wide):
    values = {"region": "E"}
    with as_(office.ann):
        change = Change(customer_id=wide["ann-a"], row_version=1, values=values)
        assert [one.region for one in change_customers([change])] == ["E"]
    for version in (1, 7):
        with pytest.raises(Refused) as refused, as_(office.ann):
            change_customers(
                [Change(customer_id=wide["bob-a"], row_version=version, values=values)]
            )
        (words,) = refused.value.fields["items/0"]
        assert "version" not in words
        assert words == "Not found, or outside your range."


def test_what_is_not_seen_is_not_handed_over_to_oneself(office, as_, wide):
    with as_(office.ann):
        assert (
            hand_over([wide["ann-b"]], to_employee_id=office.bob.employee.id, reason="leave") == 1
        )
    with pytest.raises(NotFound), as_(office.ann):
        hand_over([wide["bob-a"]], to_employee_id=office.ann.employee.id, reason="mine now")
    with as_(office.ann):
        assert hand_over_all(office.bob.employee.id, office.ann.employee.id, "mine now") == 0
    with as_(office.bob) as session:
        assert len(session.scalars(select(Customer)).all()) == 3
