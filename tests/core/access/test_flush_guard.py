"""Writing: the record lies in range before and after; children follow their record."""

import pytest
from sqlalchemy import select

from core.access import resources
from core.access.verifier import UnguardedStatement
from core.contributions import Resource
from core.errors import NotAllowed, NotFound
from tests.core.access.wall_toys import (
    SYSTEM,
    Contact,
    Cost,
    Customer,
    Line,
    Piece,
    World,
    context,
    term,
)

READ_ALL = term({"query"})


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare that costs may be handed over under `assign`."""
    known = {"toy.cost": Resource(key="toy.cost", title="costs", model=Cost, gives_to=True)}
    monkeypatch.setattr(resources, "_source", [lambda: known])


def test_a_record_outside_the_update_range_cannot_be_changed_though_it_is_seen(
    world: World,
) -> None:
    with world.as_(READ_ALL, term({"update"}, org=[1])) as session:
        session.get(Cost, 2).amount = 1
        with pytest.raises(NotAllowed):
            session.flush()


def test_a_foreign_record_cannot_be_pulled_into_the_own_range(world: World) -> None:
    with world.as_(READ_ALL, term({"update"}, org=[1])) as session:
        session.get(Cost, 2).scope_org_id = 1
        with pytest.raises(NotAllowed):
            session.flush()


def test_the_stored_scope_counts_even_when_the_row_was_expired_first(world: World) -> None:
    with world.as_(READ_ALL, term({"update"}, org=[1])) as session:
        cost = session.get(Cost, 2)
        session.expire(cost)
        cost.scope_org_id = 1
        with pytest.raises(NotAllowed):
            session.flush()


def test_moving_within_the_update_range_is_allowed(world: World) -> None:
    with world.as_(READ_ALL, term({"update"}, org=[1, 2])) as session:
        session.get(Cost, 1).scope_org_id = 2
        session.flush()
        assert session.scalar(select(Cost.scope_org_id).where(Cost.id == 1)) == 2


def test_deleting_needs_its_own_verb(world: World) -> None:
    with world.as_(READ_ALL, term({"update"})) as session:
        session.delete(session.get(Cost, 3))
        with pytest.raises(NotAllowed) as refused:
            session.flush()
        assert refused.value.missing == ("toy.cost", "delete")
    with world.as_(READ_ALL, term({"delete"}, org=[2])) as session:
        session.delete(session.get(Cost, 3))
        session.flush()
        assert session.get(Cost, 3) is None


def test_handing_over_needs_a_resource_that_gives(world: World) -> None:
    terms = (READ_ALL, term({"update"}, org=[1]), term({"assign"}, org=[1, 2]))
    with world.as_(*terms) as session:
        session.get(Cost, 1).scope_org_id = 2
        with pytest.raises(NotAllowed):
            session.flush()


def test_handing_over_reaches_as_far_as_assign(world: World, handed_over: None) -> None:
    terms = (READ_ALL, term({"update"}, org=[1]), term({"assign"}, org=[1, 2]))
    with world.as_(*terms) as session:
        session.get(Cost, 1).scope_org_id = 2
        session.flush()
        assert session.get(Cost, 1).scope_org_id == 2
    with world.as_(*terms) as session:
        session.get(Cost, 1).scope_org_id = 3
        with pytest.raises(NotAllowed):
            session.flush()


def test_a_denial_stops_a_write(world: World) -> None:
    terms = (READ_ALL, term({"update"}), term({"update"}, allow=False, owner=[1]))
    with world.as_(*terms) as session:
        session.get(Cost, 1).amount = 5
        with pytest.raises(NotAllowed):
            session.flush()


def test_a_child_takes_the_scope_of_its_record(world: World) -> None:
    with world.as_(term(org=[1])) as session:
        line = Line(cost_id=1, scope_org_id=2, scope_owner_id=9)
        session.add(line)
        session.flush()
        assert (line.scope_org_id, line.scope_owner_id) == (1, 1)


def test_children_stored_together_with_their_record_take_its_scope(world: World) -> None:
    with world.as_(term(org=[1])) as session:
        piece = Piece()
        line = Line(pieces=[piece])
        session.add(Cost(scope_org_id=1, scope_owner_id=4, lines=[line]))
        session.flush()
        assert (piece.scope_org_id, piece.scope_owner_id) == (1, 4)


def test_a_key_that_the_record_gets_only_now_reaches_its_children(world: World) -> None:
    """A customer is its own customer key, which exists only once its row is written."""
    with world.as_(term(org=[1])) as session:
        customer = Customer(scope_org_id=1, name="new")
        contact = Contact(customer=customer, name="contact")
        session.add(contact)
        session.flush()
        assert contact.scope_customer_id == customer.id
        assert session.scalar(select(Contact.scope_customer_id)) == customer.id


def test_a_child_without_its_record_is_refused(world: World) -> None:
    with world.as_(term(org=[1])) as session:
        session.add(Line(text="stray"))
        with pytest.raises(NotFound):
            session.flush()


def test_a_child_cannot_be_hung_under_a_foreign_record(world: World) -> None:
    with world.as_(term(org=[1])) as session:
        session.get(Line, 1).cost_id = 2
        with pytest.raises(NotFound):
            session.flush()


def test_children_and_their_children_follow_when_a_record_moves(world: World) -> None:
    with world.as_(term(org=[1, 2])) as session:
        session.get(Cost, 1).scope_org_id = 2
        session.flush()
        assert session.scalar(select(Line.scope_org_id).where(Line.id == 1)) == 2
        assert session.scalar(select(Piece.scope_org_id).where(Piece.id == 1)) == 2
        assert session.scalar(select(Line.scope_org_id).where(Line.id == 2)) == 2


def test_a_loaded_child_shows_its_new_scope_after_the_move(world: World) -> None:
    with world.as_(term(org=[1, 2])) as session:
        line = session.get(Line, 1)
        session.get(Cost, 1).scope_org_id = 2
        session.flush()
        assert line.scope_org_id == 2


def test_a_large_set_is_asked_for_in_the_database(world: World) -> None:
    from core.access.reach import KeySet
    from tests.core.access.wall_toys import SET_KEYS

    with world.as_(term(org=KeySet(large=frozenset({77})))) as session:
        session.connection().execute(SET_KEYS.insert(), [{"set_id": 77, "key": 1}])
        session.add(Cost(scope_org_id=1))
        session.flush()
        session.add(Cost(scope_org_id=2))
        with pytest.raises(NotAllowed):
            session.flush()


def test_an_object_expunged_from_its_own_session_may_come_back(world: World) -> None:
    with world.as_(term(org=[1])) as session:
        cost = session.get(Cost, 1)
        session.expunge(cost)
        session.add(cost)
        cost.amount = 11
        session.flush()
        assert session.scalar(select(Cost.amount).where(Cost.id == 1)) == 11


def test_an_object_of_another_session_may_not_enter(world: World) -> None:
    with world.session(SYSTEM) as system:
        cost = system.get(Cost, 2)
        system.expunge(cost)
    with world.session(context(term(org=[1]))) as session, pytest.raises(UnguardedStatement):
        session.add(cost)
