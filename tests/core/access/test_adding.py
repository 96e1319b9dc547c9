"""add_many() stores new records set-based, and the wall stands as it does at a flush."""

from typing import Any

import pytest
from sqlalchemy import select

from core.access import adding
from core.access.adding import add_many
from core.access.verifier import UnguardedStatement
from core.errors import NotAllowed, NotFound
from tests.core.access.wall_toys import Contact, Cost, Customer, Trip, World, term

SEE_ALL = term({"query"})


@pytest.fixture(autouse=True)
def audited(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what would be audited; the toy world has no audit table."""
    rows: list[Any] = []
    monkeypatch.setattr(adding, "record_added", lambda _session, records: rows.extend(records))
    return rows


def customers(*units: int) -> list[Customer]:
    return [
        Customer(name=f"new {n}", scope_org_id=unit, scope_owner_id=1)
        for n, unit in enumerate(units)
    ]


def test_records_in_range_are_stored_in_order_with_keys_and_an_entry_each(
    world: World, audited: list[Any]
) -> None:
    with world.as_(SEE_ALL, term({"create"}, org=[1])) as session:
        new = customers(1, 1, 1)
        add_many(session, new)
        stored = dict(list(session.execute(select(Customer.id, Customer.name))))
        assert [stored[one.id] for one in new] == ["new 0", "new 1", "new 2"]
        assert audited == new


def test_one_record_out_of_range_keeps_all_of_them_out(world: World, audited: list[Any]) -> None:
    with world.as_(SEE_ALL, term({"create"}, org=[1])) as session:
        with pytest.raises(NotAllowed):
            add_many(session, customers(1, 2))
        names = select(Customer.name).where(Customer.name.startswith("new"))
        assert session.scalars(names).all() == []
        assert audited == []


def test_a_chosen_key_is_refused(world: World) -> None:
    with world.as_(SEE_ALL, term({"create"})) as session, pytest.raises(UnguardedStatement):
        add_many(session, [Customer(id=900, name="x", scope_org_id=1)])


def test_children_take_over_key_and_scope_of_a_parent_that_was_loaded_or_just_added(
    world: World,
) -> None:
    with world.as_(SEE_ALL, term({"create"}, org=[1])) as session:
        new = customers(1)
        add_many(session, new)
        loaded = session.scalars(select(Customer).where(Customer.scope_org_id == 1)).first()
        contacts = [Contact(customer=parent, name="c") for parent in (new[0], loaded)]
        add_many(session, contacts)
        for contact in contacts:
            stored = session.get_one(Contact, contact.id)
            assert stored.customer_id == contact.customer.id == stored.scope_customer_id
            assert (stored.scope_org_id, stored.scope_owner_id) == (
                1,
                contact.customer.scope_owner_id,
            )


def test_children_of_a_parent_made_up_or_out_of_range_are_refused(world: World) -> None:
    made_up = Customer(id=1, name="x", scope_org_id=1)
    with world.as_(SEE_ALL, term({"create"}, org=[1])) as session:
        with pytest.raises(NotFound):
            add_many(session, [Contact(customer=made_up, name="c")])
        with pytest.raises(NotFound):
            add_many(session, [Contact(customer_id=1, name="c")])
        other = session.scalars(select(Customer).where(Customer.scope_org_id == 2)).first()
        with pytest.raises(NotAllowed):
            add_many(session, [Contact(customer=other, name="c")])


def test_a_class_of_several_tables_goes_through_the_flush(world: World) -> None:
    with world.as_(SEE_ALL, term({"create"})) as session:
        for records in ([Trip(scope_org_id=1)], [Cost(scope_org_id=1)]):
            with pytest.raises(UnguardedStatement):
                add_many(session, records)
