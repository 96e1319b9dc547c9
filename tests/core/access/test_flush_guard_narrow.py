"""Verbs that allow less than `update`: handing over, correcting one column, adding a part."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from core.access import flush_guard, resources
from core.access.bulk import bulk_write
from core.contributions import Resource
from core.errors import NotAllowed, NotFound
from tests.core.access.wall_toys import Cost, Customer, Line, Piece, Tag, Trip, World, term

READ_ALL = term({"query"})
ASSIGN = term({"assign"}, org=[1, 3])
CORRECT = term({"correct"}, org=[1])


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Costs may be handed over with their note; their amount may be corrected."""
    costs = Resource(
        key="toy.cost",
        title="costs",
        model=Cost,
        gives_to=True,
        columns_under={"correct": ("amount",), "assign": ("note",)},
    )
    customers = Resource(key="toy.customer", title="customers", model=Customer, gives_to=True)
    known = {one.key: one for one in (costs, customers)}
    monkeypatch.setattr(resources, "_source", [lambda: known])


def _give(cost: Any) -> None:
    cost.scope_org_id, cost.scope_owner_id = 3, 7


def test_assign_alone_hands_over_and_lets_the_parts_follow(world: World) -> None:
    with world.as_(READ_ALL, ASSIGN) as session:
        cost = session.get(Cost, 1)
        _give(cost)
        cost.note = "handed over"
        session.flush()
        stored = select(Cost.scope_org_id, Cost.scope_owner_id, Cost.note).where(Cost.id == 1)
        assert session.execute(stored).one() == (3, 7, "handed over")
        assert session.scalar(select(Piece.scope_owner_id).where(Piece.id == 1)) == 7


def _with_amount(cost: Any) -> None:
    _give(cost)
    cost.amount = 0


def _with_relation(cost: Any) -> None:
    _give(cost)
    cost.customer = None


def _with_link(cost: Any) -> None:
    _give(cost)
    cost.tags.append(Tag(name="new"))


def _with_kind(cost: Any) -> None:
    _give(cost)
    cost.kind = "x"


def _amount_alone(cost: Any) -> None:
    cost.amount = 0


def _out_of_range(cost: Any) -> None:
    cost.scope_org_id = 2


def _nowhere(cost: Any) -> None:
    cost.scope_org_id = None


@pytest.mark.parametrize(
    "change",
    [
        _with_amount,
        _with_relation,
        _with_link,
        _with_kind,
        _amount_alone,
        _out_of_range,
        _nowhere,
    ],
)
def test_assign_alone_changes_nothing_else_and_moves_nothing_out(
    world: World, change: Callable[[Any], None]
) -> None:
    with world.as_(READ_ALL, ASSIGN) as session:
        change(session.get(Cost, 1))
        with pytest.raises(NotAllowed) as refused:
            session.flush()
        assert refused.value.missing[1] in {"assign", "correct", "update"}


def test_assign_alone_fetches_nothing_into_its_range(world: World) -> None:
    with world.as_(READ_ALL, ASSIGN) as session:
        session.get(Cost, 2).scope_org_id = 1
        with pytest.raises(NotAllowed) as refused:
            session.flush()
        assert refused.value.missing == ("toy.cost", "assign")


@pytest.mark.parametrize("other", ["create", "query", "export"])
def test_another_verb_does_not_widen_where_assign_may_put_a_row(world: World, other: str) -> None:
    """Two verbs together must not do what neither does: one act, one range."""
    with world.as_(READ_ALL, ASSIGN, term({other}, org=[2])) as session:
        session.get(Cost, 1).scope_org_id = 2
        with pytest.raises(NotAllowed):
            session.flush()


def test_update_and_assign_together_still_reach_as_far_as_assign(world: World) -> None:
    with world.as_(READ_ALL, term({"update"}, org=[2]), ASSIGN) as session:
        cost = session.get(Cost, 2)
        cost.amount, cost.scope_org_id = 1, 3
        session.flush()
        assert session.scalar(select(Cost.scope_org_id).where(Cost.id == 2)) == 3


def test_a_denial_stops_a_hand_over(world: World) -> None:
    with world.as_(READ_ALL, ASSIGN, term({"assign"}, allow=False, owner=[1])) as session:
        _give(session.get(Cost, 1))
        with pytest.raises(NotAllowed):
            session.flush()


def test_a_column_that_is_known_by_two_names_counts_once(world: World) -> None:
    """The customers table reads its own key as a scope, by a synonym."""
    with world.as_(READ_ALL, ASSIGN) as session:
        session.get(Customer, 1).manager_id = 7
        with pytest.raises(NotAllowed):
            session.get(Customer, 1).name = "x"
            session.flush()
    with world.as_(READ_ALL, ASSIGN) as session:
        session.get(Customer, 1).manager_id = 7
        session.flush()


def test_a_key_that_is_a_scope_is_no_part_of_a_hand_over(world: World) -> None:
    with world.as_(READ_ALL, ASSIGN) as session:
        customer = session.get(Customer, 1)
        customer.id = 77
        with pytest.raises(NotAllowed):
            session.flush()


def test_assign_neither_adds_parts_nor_deletes(world: World) -> None:
    with world.as_(READ_ALL, ASSIGN) as session:
        session.add(Line(cost_id=1, text="slipped in"))
        with pytest.raises(NotAllowed) as refused:
            session.flush()
        assert refused.value.missing == ("toy.line", "create")
    with world.as_(READ_ALL, ASSIGN) as session:
        session.delete(session.get(Cost, 1))
        with pytest.raises(NotAllowed):
            session.flush()


def test_a_set_based_move_still_needs_update(world: World) -> None:
    with world.as_(READ_ALL, ASSIGN) as session:
        moved = sa.update(Cost).where(Cost.id == 1).values(scope_org_id=3)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("core.access.bulk.record", lambda *_a, **_o: None)
            assert bulk_write(session, moved, "move") == 0
        assert session.scalar(select(Cost.scope_org_id).where(Cost.id == 1)) == 1


def test_a_verb_with_declared_columns_changes_those_in_its_range_only(world: World) -> None:
    with world.as_(READ_ALL, CORRECT) as session:
        session.get(Cost, 1).amount = 99
        session.flush()
        assert session.scalar(select(Cost.amount).where(Cost.id == 1)) == 99
    for number, column in ((2, "amount"), (1, "note"), (1, "scope_owner_id")):
        with world.as_(READ_ALL, CORRECT) as session:
            setattr(session.get(Cost, number), column, 9)
            with pytest.raises(NotAllowed) as refused:
                session.flush()
            assert refused.value.missing[0] == "toy.cost"


def test_a_subclass_follows_the_declaration_of_its_resource(world: World) -> None:
    with world.as_(READ_ALL, term({"correct"}, org=[2])) as session:
        trip = session.get(Trip, 4)
        trip.amount = 6
        session.flush()
        trip.km = 9
        with pytest.raises(NotAllowed):
            session.flush()


def test_a_part_is_added_under_the_verbs_that_it_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "__added_under__", ("update", "correct"))
    for verb, organisation, stored in (
        ("update", 1, True),
        ("correct", 1, True),
        ("create", 1, False),
        ("update", 2, False),
    ):
        with world.as_(READ_ALL, term({verb}, org=[organisation])) as session:
            session.add(Line(cost_id=1, text="dated step"))
            if stored:
                session.flush()
                continue
            with pytest.raises(NotAllowed) as refused:
                session.flush()
            assert refused.value.missing == ("toy.line", "update")


def _forge(line: Any) -> None:
    line.scope_owner_id = 7


def _hang_elsewhere(line: Any) -> None:
    line.cost_id = 2


def test_a_part_may_be_changed_by_whoever_does_not_see_its_record(world: World) -> None:
    with world.as_(term({"query", "update"}, resource="toy.line", org=[1])) as session:
        assert session.get(Cost, 1) is None
        line = session.get(Line, 1)
        line.text = "settled"
        session.flush()
        session.expire(line)
        line.text = "settled again"
        session.flush()
        assert session.scalar(select(Line.text).where(Line.id == 1)) == "settled again"


@pytest.mark.parametrize("change", [_forge, _hang_elsewhere])
def test_but_neither_moved_nor_hung_to_another_record(
    world: World, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None]
) -> None:
    right = term({"query", "update"}, resource="toy.line")
    with world.as_(right) as session:
        change(session.get(Line, 1))
        with pytest.raises(NotFound):
            session.flush()
    monkeypatch.setattr(flush_guard, "_stays", lambda *_: True)
    with world.as_(right) as session:
        change(session.get(Line, 1))
        session.flush()


def test_a_part_whose_record_moves_in_the_same_flush_is_judged_where_it_goes(world: World) -> None:
    allowed = term({"query", "update", "create"}, resource="toy.cost")
    with world.as_(allowed, term({"query", "update"}, resource="toy.line", org=[1])) as session:
        cost, line = session.get(Cost, 1), session.get(Line, 1)
        cost.scope_org_id, line.text = 2, "taken along"
        with pytest.raises(NotAllowed):
            session.flush()


PLANTED = {
    "any column": ("_narrow_verbs", lambda *_: ["assign"], _with_amount),
    "any place": ("_inside", lambda *_: True, _out_of_range),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_lets_through_what_the_tests_above_forbid(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    name, substitute, change = PLANTED[fault]
    monkeypatch.setattr(flush_guard, name, substitute)
    with world.as_(READ_ALL, ASSIGN) as session:
        change(session.get(Cost, 1))
        session.flush()
