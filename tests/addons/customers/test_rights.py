from datetime import timedelta

import pytest
from sqlalchemy import select

from addons.customers import (
    contacts,
    hand_over,
    opportunities,
    queries,
    services,
    stage_moves,
)
from addons.customers.contacts import ContactFields
from addons.customers.fields import CustomerFields, fields_of
from addons.customers.models import Contact, Customer, Opportunity, OpportunityMove, StageMove
from addons.customers.opportunities import OpportunityFields
from addons.customers.overview import overview
from addons.customers.stages import Stage
from core.access.frames import trusted
from core.access.giving import give_many
from core.access.records import load
from core.audit.queries import history
from core.clock import today
from core.contributions import Verb
from core.errors import Conflict, DomainError, NotAllowed, NotFound, Refused


def names(session) -> set[str]:
    return set(session.scalars(select(Customer.name)))


@pytest.fixture
def accounts(house, make):
    """One account with everything on it for each of the managers."""
    made = {}
    for person in (house.ann, house.bob):
        key = make.customers.customer(
            f"Of {person.employee.name}",
            manager=person.employee,
            since=today() - timedelta(days=9),
        )
        make.customers.contact(key, f"Contact of {person.employee.name}")
        make.customers.opportunity(key, f"Business of {person.employee.name}", value=1000)
        made[person.employee.name] = key
    return made


def test_two_managers_see_nothing_of_each_other_and_the_head_sees_both(house, as_, accounts):
    with as_(house.ann) as session:
        assert names(session) == {"Of Ann"}
        assert set(session.scalars(select(Contact.name))) == {"Contact of Ann"}
        assert set(session.scalars(select(Opportunity.title))) == {"Business of Ann"}
        assert len(session.scalars(select(StageMove)).all()) == 1
    with as_(house.bob) as session:
        assert names(session) == {"Of Bob"}
    with as_(house.head) as session:
        assert names(session) == {"Of Ann", "Of Bob"}
        assert len(session.scalars(select(OpportunityMove)).all()) == 2
    with as_(house.administrator) as session:
        assert names(session) == {"Of Ann", "Of Bob"}


def test_every_verb_on_a_foreign_account_says_not_found(house, as_, accounts):
    key = accounts["Bob"]
    fields = CustomerFields(name="Stolen")
    attempts = [
        lambda: queries.customer(key),
        lambda: services.update_customer(key, fields, row_version=1),
        lambda: stage_moves.move_stage(key, Stage.SIGNED),
        lambda: contacts.add_contact(key, ContactFields(name="X")),
        lambda: opportunities.open_opportunity(key, OpportunityFields(title="X")),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound), as_(house.ann):
            attempt()
    with as_(house.bob) as session:
        assert names(session) == {"Of Bob"}
        assert len(session.scalars(select(Contact)).all()) == 1


def test_the_head_may_look_but_not_change(house, as_, accounts):
    with as_(house.head):
        fields = fields_of(queries.customer(accounts["Ann"]))
    with pytest.raises(NotAllowed), as_(house.head):
        services.update_customer(accounts["Ann"], fields, row_version=1)


def test_a_manager_may_not_enter_accounts_for_somebody_else(house, as_):
    with pytest.raises(DomainError), as_(house.ann):
        services.create_customer(CustomerFields(name="For Bob"), manager_id=house.bob.employee.id)


def test_sums_follow_the_range_of_analyse(house, as_, accounts):
    with as_(house.ann):
        assert [one.accounts for one in queries.pipeline()] == [1, 0, 0, 0]
        assert queries.pipeline()[0].expected_value == 1000
        assert overview().own == 1
    with as_(house.head):
        assert [one.accounts for one in queries.pipeline()] == [2, 0, 0, 0]
        assert sum(one.expected_value for one in queries.opportunity_sums()) == 2000
        assert overview().own == 0


def test_a_hand_over_moves_the_account_with_all_its_parts(house, as_, accounts):
    key = accounts["Ann"]
    with as_(house.head):
        moved = hand_over.hand_over([key], to_employee_id=house.bob.employee.id, reason="分工调整")
    assert moved == 1
    with as_(house.ann) as session:
        assert names(session) == set()
        assert session.scalars(select(Contact)).all() == []
    with as_(house.bob) as session:
        assert names(session) == {"Of Ann", "Of Bob"}
        assert queries.customer(key).scope_org_id == house.second_room.id
        assert len(session.scalars(select(Contact)).all()) == 2
        assert len(session.scalars(select(OpportunityMove)).all()) == 2


def test_a_hand_over_raises_versions_and_stands_in_each_history(house, as_, accounts):
    key = accounts["Ann"]
    with as_(house.head) as session:
        before = queries.customer(key).row_version
        hand_over.hand_over([key], to_employee_id=house.bob.employee.id, reason="分工调整")
        assert queries.customer(key).row_version == before + 1
        newest = history(session, "customers.customer", key)[0]
    assert (newest.action, newest.reason) == ("update", "分工调整")
    assert {change.field for change in newest.changes} == {"scope_owner_id", "scope_org_id"}


def test_a_hand_over_of_what_somebody_changed_meanwhile_moves_nothing(house, as_, accounts):
    with pytest.raises(Conflict), as_(house.head) as session:
        customer = load(Customer, accounts["Ann"], Verb.ASSIGN)
        table = Customer.__table__
        with trusted(session.connection(), "somebody else"):
            session.connection().execute(table.update().values(row_version=table.c.row_version + 1))
        give_many(session, [customer], {"owner": house.bob.employee.id})
    with as_(house.ann) as session:
        assert names(session) == {"Of Ann"}


def test_a_hand_over_keeps_the_credit_of_the_past(house, as_, accounts):
    with as_(house.head):
        hand_over.hand_over([accounts["Ann"]], to_employee_id=house.bob.employee.id, reason="x")
    with as_(house.bob) as session:
        credited = session.scalars(
            select(StageMove.credited_employee_id).where(StageMove.customer_id == accounts["Ann"])
        ).one()
        assert credited == house.ann.employee.id


def test_a_hand_over_is_all_or_nothing_and_names_who_is_refused(house, as_, make, accounts):
    outside = make.unit("Another department")
    carl = make.employee("Carl", unit=outside)
    foreign = make.customers.customer("Of Carl", manager=carl)
    with pytest.raises(NotFound), as_(house.head):
        hand_over.hand_over(
            [accounts["Ann"], foreign], to_employee_id=house.bob.employee.id, reason="x"
        )
    with pytest.raises(Refused) as refused, as_(house.head):
        hand_over.hand_over([accounts["Ann"]], to_employee_id=carl.id, reason="x")
    assert "to_employee_id" in refused.value.fields
    with pytest.raises(Refused) as refused, as_(house.head):
        hand_over.hand_over([accounts["Ann"]], to_employee_id=house.bob.employee.id, reason="  ")
    assert "reason" in refused.value.fields
    with as_(house.ann) as session:
        assert names(session) == {"Of Ann"}


def test_a_manager_may_not_hand_over(house, as_, accounts):
    with pytest.raises(NotAllowed), as_(house.ann):
        hand_over.hand_over([accounts["Ann"]], to_employee_id=house.bob.employee.id, reason="x")


def test_the_preview_names_only_what_may_be_seen(house, as_, accounts):
    with as_(house.head):
        lines = hand_over.preview(
            [accounts["Ann"], accounts["Bob"], 999_999], house.bob.employee.id
        )
    assert [(line.name, bool(line.problem)) for line in lines] == [
        ("Of Ann", False),
        ("Of Bob", True),
    ]
