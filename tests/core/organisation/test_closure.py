"""The closure table against a brute-force oracle on random trees."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.actor import Actor, system_actor
from core.errors import Refused
from core.organisation import services
from core.organisation.models import OrgClosure, OrgUnit
from core.organisation.queries import subtree_ids, units_above

OPERATOR = system_actor("closure test")
Open = Callable[[Actor], AbstractContextManager[GuardedSession]]


def expected_pairs(parents: dict[int, int | None]) -> set[tuple[int, int, int]]:
    """Walk up from every unit: the plainest possible definition of the closure."""
    pairs = set()
    for unit in parents:
        above: int | None = unit
        depth = 0
        while above is not None:
            pairs.add((above, unit, depth))
            above, depth = parents[above], depth + 1
    return pairs


def stored_pairs(session: GuardedSession) -> set[tuple[int, int, int]]:
    rows = session.execute(
        select(OrgClosure.ancestor_id, OrgClosure.descendant_id, OrgClosure.depth)
    )
    return {tuple(row) for row in rows}


@pytest.mark.parametrize("seed", range(6))
def test_closure_equals_a_walk_up_the_tree_after_random_acts(session_as: Open, seed: int) -> None:
    chance = random.Random(seed)
    parents: dict[int, int | None] = {}
    refused = moved = removed = 0
    with session_as(OPERATOR) as session:
        assert stored_pairs(session) == set()
        for step in range(60):
            act = chance.random()
            if not parents or act < 0.45:
                parent = chance.choice([None, *parents]) if parents else None
                unit = services.create_unit(
                    session, code=f"S{step}", name={"zh": f"单位{step}"}, parent_id=parent
                )
                parents[unit.id] = parent
            elif act < 0.85:
                moving, target = chance.choice([*parents]), chance.choice([None, *parents])
                below = {d for a, d, _ in expected_pairs(parents) if a == moving}
                if target in below:
                    with pytest.raises(Refused):
                        services.move_unit(session, moving, target)
                    refused += 1
                else:
                    services.move_unit(session, moving, target)
                    parents[moving] = target
                    moved += 1
            else:
                leaves = [u for u in parents if u not in parents.values()]
                gone = chance.choice(leaves)
                services.remove_unit(session, gone)
                del parents[gone]
                removed += 1
            assert stored_pairs(session) == expected_pairs(parents)
        assert min(refused, moved, removed) > 0
        stored = dict(session.execute(select(OrgUnit.id, OrgUnit.parent_id)).all())
    assert stored == parents


def test_a_unit_cannot_move_below_itself_or_its_own_branch(session_as: Open) -> None:
    with session_as(OPERATOR) as session:
        top = services.create_unit(session, code="A", name={"zh": "甲"})
        middle = services.create_unit(session, code="B", name={"zh": "乙"}, parent_id=top.id)
        leaf = services.create_unit(session, code="C", name={"zh": "丙"}, parent_id=middle.id)
        for target in (top.id, middle.id, leaf.id):
            with pytest.raises(Refused) as caught:
                services.move_unit(session, top.id, target)
            assert "parent_id" in caught.value.fields
        assert top.parent_id is None
        assert subtree_ids(session, top.id) == [top.id, middle.id, leaf.id]
        assert [one for one, _name in units_above(session, leaf.id)] == [top.id, middle.id]


def test_a_moved_branch_keeps_its_inner_order(session_as: Open) -> None:
    with session_as(OPERATOR) as session:
        old = services.create_unit(session, code="O", name={"zh": "旧"})
        new = services.create_unit(session, code="N", name={"zh": "新"})
        branch = services.create_unit(session, code="B", name={"zh": "枝"}, parent_id=old.id)
        leaf = services.create_unit(session, code="L", name={"zh": "叶"}, parent_id=branch.id)
        services.move_unit(session, branch.id, new.id)
        assert subtree_ids(session, old.id) == [old.id]
        assert [one for one, _name in units_above(session, leaf.id)] == [new.id, branch.id]
