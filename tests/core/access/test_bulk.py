"""bulk_write() is the one set-based path, and it keeps inside the ranges."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from core.access import bulk, resources
from core.access.bulk import bulk_write
from core.access.verifier import UnguardedStatement
from core.contributions import Resource
from core.errors import NotAllowed, ProgrammingFault
from tests.core.access.wall_toys import Cost, Line, Piece, Plain, World, term

SEE_ALL = term({"query"})


@pytest.fixture(autouse=True)
def audited(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what would be audited; the toy world has no audit table."""
    rows: list[dict[str, Any]] = []

    def record(_session: Any, action: str, resource: str, _record_id: Any, **facts: Any) -> None:
        rows.append({"action": action, "resource": resource, **facts})

    monkeypatch.setattr(bulk, "record", record)
    return rows


def test_an_update_changes_rows_in_the_update_range_only(
    world: World, audited: list[dict[str, Any]]
) -> None:
    with world.as_(SEE_ALL, term({"update"}, org=[1])) as session:
        assert bulk_write(session, sa.update(Cost).values(amount=0), "zero") == 2
        amounts = {cost.id: cost.amount for cost in session.scalars(select(Cost))}
        assert amounts == {1: 0, 2: 100, 3: 1000, 4: 5, 5: 0}
    assert audited == [
        {
            "action": "bulk",
            "resource": "toy.cost",
            "changes": {"rows": 2, "statement": "update"},
            "reason": "zero",
        }
    ]


def test_a_delete_takes_rows_in_the_delete_range_only(world: World) -> None:
    with world.as_(SEE_ALL, term({"delete"}, org=[2])) as session:
        assert bulk_write(session, sa.delete(Cost).where(Cost.amount >= 1000), "clean") == 1
        assert session.get(Cost, 3) is None


def test_a_where_clause_with_a_sub_select_is_walled_too(world: World) -> None:
    with world.as_(term({"query"}, org=[1]), term({"update"})) as session:
        hidden = select(Cost.__table__.c.id)
        with pytest.raises(UnguardedStatement):
            bulk_write(session, sa.update(Cost).where(Cost.id.in_(hidden)).values(amount=0), "x")


def test_rows_move_only_to_where_they_may_be_stored(world: World) -> None:
    with world.as_(SEE_ALL, term({"update"}, org=[1])) as session:
        with pytest.raises(NotAllowed):
            bulk_write(session, sa.update(Cost).values(scope_org_id=2), "move")
        assert session.scalar(select(Cost.scope_org_id).where(Cost.id == 1)) == 1


def test_a_hand_over_judges_the_whole_new_scope(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new owner is free, but the rows' unit must lie within `assign`."""
    known = {"toy.cost": Resource(key="toy.cost", title="costs", model=Cost, gives_to=True)}
    monkeypatch.setattr(resources, "_source", [lambda: known])
    statement = sa.update(Cost).values(scope_owner_id=9)
    own = (SEE_ALL, term({"update"}, owner=[1, 2, 3]))
    with world.as_(*own, term({"assign"}, org=[1])) as session:
        with pytest.raises(NotAllowed):
            bulk_write(session, statement, "hand over")
        assert bulk_write(session, statement.where(Cost.scope_org_id == 1), "hand over") == 2


def test_children_follow_rows_that_move(world: World) -> None:
    with world.as_(SEE_ALL, term({"update"})) as session:
        statement = sa.update(Cost).where(Cost.id == 1).values(scope_org_id=3)
        assert bulk_write(session, statement, "move") == 1
        assert session.scalar(select(Line.scope_org_id).where(Line.id == 1)) == 3
        assert session.scalar(select(Piece.scope_org_id).where(Piece.id == 1)) == 3
        assert session.scalar(select(Line.scope_org_id).where(Line.id == 2)) == 2


def test_an_insert_from_select_reads_and_writes_within_ranges(world: World) -> None:
    names = ["scope_org_id", "scope_customer_id", "scope_owner_id", "amount", "kind", "note"]
    rows = select(
        Cost.scope_org_id,
        Cost.scope_customer_id,
        Cost.scope_owner_id,
        Cost.amount,
        Cost.kind,
        Cost.note,
    )
    statement = sa.insert(Cost).from_select(names, rows.where(Cost.kind == "c"))
    with world.as_(term({"query", "create"}, org=[1])) as session:
        assert bulk_write(session, statement, "copy") == 2
        assert session.scalar(select(sa.func.sum(Cost.amount))) == 34
    with world.as_(SEE_ALL, term({"create"}, org=[1])) as session, pytest.raises(NotAllowed):
        bulk_write(session, statement, "copy")


@pytest.mark.parametrize(
    "statement",
    [
        sa.insert(Cost).values(amount=1),
        sa.insert(Cost).from_select(["id", "amount"], select(Cost.id, Cost.amount)),
        sa.insert(Cost).from_select(["amount"], select(Cost.amount)),
        sa.update(Cost).values(scope_org_id=Cost.scope_owner_id),
        sa.update(Line).values(scope_org_id=1),
    ],
    ids=["plain values", "chosen keys", "no scope", "computed scope", "scope of a child"],
)
def test_what_cannot_be_judged_is_refused(world: World, statement: Any) -> None:
    with world.as_(term({"*"})) as session, pytest.raises(UnguardedStatement):
        bulk_write(session, statement, "test")


def test_a_reason_and_a_protected_target_are_demanded(world: World) -> None:
    with world.as_(term({"*"})) as session:
        with pytest.raises(ProgrammingFault, match="reason"):
            bulk_write(session, sa.delete(Cost), " ")
        with pytest.raises(ProgrammingFault, match="Scoped and Child"):
            bulk_write(session, sa.delete(Plain), "test")
