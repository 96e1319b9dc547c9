"""Many users in one process: the statement cache must never serve one the rows of another."""

import random

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from core.access.guarded_session import KEEPS_ORDER, GuardedSession
from core.access.reach import KeySet
from tests.core.access.wall_toys import (
    SET_KEYS,
    Cost,
    Customer,
    Plain,
    Tag,
    Trip,
    World,
    context,
    term,
)

CONTEXTS = 500
COSTS = {
    1: (1, 1, 1),
    2: (2, 2, 1),
    3: (2, 3, 2),
    4: (2, 2, 1),
    5: (1, 1, 2),
}  # org, owner, customer
CUSTOMERS = {1: (1, 1), 2: (2, 2)}  # org, owner


def _random_ranges(chance: random.Random) -> dict[str, list[int]]:
    """Sizes from none to 80, so that IN and array forms alternate under one statement text."""
    ranges = {}
    for dimension in ("org", "owner"):
        if chance.random() < 0.6:
            wanted = chance.sample(range(1, 4), chance.randint(0, 3))
            filling = range(1000, 1000 + chance.choice((0, 0, 5, 80)))
            ranges[dimension] = [*wanted, *filling]
    return ranges


def _carried(
    chance: random.Random, ranges: dict[str, list[int]]
) -> tuple[dict[str, list[int] | KeySet], list[dict[str, int]]]:
    """Leave keys of some ranges in the database, alone or beside listed ones; give their rows."""
    found: dict[str, list[int] | KeySet] = dict(ranges)
    rows: list[dict[str, int]] = []
    for number, (dimension, keys) in enumerate(ranges.items(), start=500):
        if keys and chance.random() < 0.5:
            split = chance.randint(0, len(keys) - 1)
            rows += [{"set_id": number, "key": key} for key in keys[split:]]
            found[dimension] = KeySet(frozenset(keys[:split]), frozenset({number}))
    return found, rows


def _inside(place: tuple[int, ...], ranges: dict[str, list[int]]) -> bool:
    named = {"org": place[0], "owner": place[1]}
    return all(named[key] in keys for key, keys in ranges.items())


def _answers(session: GuardedSession) -> dict[str, object]:
    other = aliased(Cost)
    customers = select(Customer).options(selectinload(Customer.costs))
    found = {
        "entity": sorted(cost.id for cost in session.scalars(select(Cost))),
        "alias": sorted(session.scalars(select(other.id))),
        "count": session.scalar(select(func.count()).select_from(Cost)),
        "exists": sorted(
            session.scalars(select(Plain.id).where(sa.exists().where(Cost.id == Plain.cost_id)))
        ),
        "join": sorted(session.scalars(select(Cost.id).join(Cost.customer))),
        "eager": {c.id: sorted(x.id for x in c.costs) for c in session.scalars(customers)},
        "trip": sorted(session.scalars(select(Trip.id))),
        "walk": list(
            session.scalars(
                select(Cost.id).order_by(Cost.id.desc()), execution_options={KEEPS_ORDER: True}
            )
        ),
    }
    session.expunge_all()
    tag = session.scalars(select(Tag)).one()
    found["lazy"] = sorted(cost.id for cost in tag.costs)
    session.expunge_all()
    plain = session.scalars(select(Plain).options(joinedload(Plain.cost))).one()
    found["joined"] = plain.cost.id if plain.cost else None
    return found


def _oracle(ranges: dict[str, list[int]]) -> dict[str, object]:
    seen = sorted(key for key, place in COSTS.items() if _inside(place, ranges))
    customers = [key for key, place in CUSTOMERS.items() if _inside(place, ranges)]
    return {
        "entity": seen,
        "alias": seen,
        "count": len(seen),
        "exists": [1] if 2 in seen else [],
        "join": [key for key in seen if COSTS[key][2] in customers],
        "eager": {c: [key for key in seen if COSTS[key][2] == c] for c in customers},
        "trip": [4] if 4 in seen else [],
        "walk": seen[::-1],
        "lazy": [key for key in seen if key in (1, 2)],
        "joined": 2 if 2 in seen else None,
    }


def test_five_hundred_users_each_see_their_own_rows_only(world: World) -> None:
    chance = random.Random(20261123)
    for number in range(CONTEXTS):
        ranges = _random_ranges(chance)
        with world.session(context(term(**ranges))) as session:
            assert _answers(session) == _oracle(ranges), (number, ranges)


def test_keys_left_in_the_database_let_through_the_very_same_rows(world: World) -> None:
    chance = random.Random(20261128)
    for number in range(CONTEXTS // 2):
        ranges = _random_ranges(chance)
        carried, rows = _carried(chance, ranges)
        with world.session(context(term(**carried))) as session:
            if rows:
                session.connection().execute(SET_KEYS.insert(), rows)
            assert _answers(session) == _oracle(ranges), (number, ranges, carried)


def test_sessions_that_take_turns_do_not_mix(world: World) -> None:
    first = world.session(context(term(org=[1])))
    second = world.session(context(term(org=[2])))
    statement = select(Cost.id).order_by(Cost.id)
    with first, second:
        for _turn in range(50):
            assert list(first.scalars(statement)) == [1, 5]
            assert list(second.scalars(statement)) == [2, 3, 4]


def test_users_with_the_same_shape_share_one_cached_statement(world: World) -> None:
    statement = select(Cost.amount).where(Cost.id == 1).order_by(Cost.note)
    cache = world.engine._compiled_cache
    with world.session(context(term(org=[1]))) as session:
        session.execute(statement)
    before = len(cache)
    for keys in ([2], [3], [1, 2, 3]):
        with world.session(context(term(org=keys))) as session:
            session.execute(statement)
    assert len(cache) == before


def test_no_key_of_anybody_is_kept_in_the_statement_cache(world: World) -> None:
    marker = 987_654
    with world.session(context(term(org=[marker]))) as session:
        session.execute(select(Cost).options(selectinload(Cost.tags)))
    for compiled in world.engine._compiled_cache.values():
        for bind in compiled.binds.values():
            assert marker not in (bind.value if isinstance(bind.value, list) else [bind.value])


def test_an_object_of_another_context_does_not_bring_its_condition_along(world: World) -> None:
    """A public object may be moved between sessions; its lazy loads obey the new session."""
    with world.session(context(term(org=[1]))) as first:
        tag = first.scalars(select(Tag)).one()
        first.expunge(tag)
    with world.session(context(term(owner=[2], org=[2]))) as second:
        second.add(tag)
        assert [cost.id for cost in tag.costs] == [2]
