"""Allow and deny over two dimensions, against a brute-force oracle, on real rows."""

import random
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.access.declarations import DIMENSIONS
from core.access.flush_guard import admits
from core.access.reach import (
    ARRAY,
    EVERYTHING,
    FEW,
    NOTHING,
    Conjunct,
    KeySet,
    Reach,
    covers,
    merged,
)
from tests.core.access.wall_toys import SET_KEYS as STORED_KEYS
from tests.core.access.wall_toys import SYSTEM, Cost, Plain, World, context, term

ORGS = (None, 1, 2, 3)
CUSTOMERS = (None, 11, 12)
OWNERS = (None, 1, 2)
PLACES = list(product(ORGS, CUSTOMERS, OWNERS))
LARGE = {1: {1, 3}, 2: {2}, 11: {11}, 12: {12}}  # set id → keys it holds in the database


@pytest.fixture
def crowd(world: World) -> Any:
    """Fill the table with one row for every combination of keys, NULL included."""
    with world.session(SYSTEM) as session:
        session.query(Plain).delete()
        for name in ("toy_piece", "toy_line", "toy_cost_tag", "toy_trip", "toy_cost"):
            session.execute(sa.text(f"DELETE FROM {name}"))
        for number, (org, customer, owner) in enumerate(PLACES, start=1):
            session.add(
                Cost(
                    id=number,
                    scope_org_id=org,
                    scope_customer_id=customer,
                    scope_owner_id=owner,
                )
            )
        session.flush()
        rows = [{"set_id": one, "key": key} for one, keys in LARGE.items() for key in keys]
        session.connection().execute(STORED_KEYS.insert(), rows)
        session.commit()
    yield world
    world.fill()


def _key_sets(values: tuple[int, ...], sets: tuple[int, ...]) -> st.SearchStrategy[KeySet]:
    """Few keys, an array of them (by filling up), or sets left in the database."""
    listed = st.frozensets(st.sampled_from(values), max_size=3)
    filling = st.sampled_from([frozenset(), frozenset(range(5000, 5000 + FEW + 5))])
    return st.builds(
        lambda keys, more, large: KeySet(keys | more if keys else keys, large),
        listed,
        filling,
        st.frozensets(st.sampled_from(sets), max_size=2),
    )


RANGES = st.fixed_dictionaries(
    {},
    optional={
        "org": _key_sets((1, 2, 3), (1, 2)),
        "customer": _key_sets((11, 12), (11, 12)),
        "owner": _key_sets((1, 2), (1,)),
    },
)
TERMS = st.lists(st.tuples(st.booleans(), RANGES), max_size=5)


def _holds(keys: KeySet, value: int | None) -> bool:
    everything = set(keys.keys) | {key for one in keys.large for key in LARGE[one]}
    return value is not None and value in everything


def _oracle(terms: list[tuple[bool, dict[str, KeySet]]], place: tuple[Any, ...]) -> bool:
    scope = dict(zip(("org", "customer", "owner"), place, strict=True))

    def matches(ranges: dict[str, KeySet]) -> bool:
        return all(_holds(keys, scope[key]) for key, keys in ranges.items())

    allowed = any(matches(ranges) for allow, ranges in terms if allow)
    return allowed and not any(matches(ranges) for allow, ranges in terms if not allow)


@given(terms=TERMS)
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_database_agrees_with_the_oracle(
    crowd: World, terms: list[tuple[bool, dict[str, KeySet]]]
) -> None:
    made = [term({"query"}, allow=allow, **ranges) for allow, ranges in terms]
    expected = [number for number, place in enumerate(PLACES, 1) if _oracle(terms, place)]
    access = context(*made)
    with crowd.session(access) as session:
        assert list(session.scalars(select(Cost.id).order_by(Cost.id))) == expected
        reach = access.reach("toy.cost", "query")
        scopes = [dict(zip(("org", "customer", "owner"), place, strict=True)) for place in PLACES]
        judged = [n for n, scope in enumerate(scopes, 1) if admits(session, reach, scope)]
        assert judged == expected, "the flush guard and the query must draw the same line"


def test_no_term_means_no_row(crowd: World) -> None:
    assert crowd.ask(lambda s: list(s.scalars(select(Cost.id)))) == []


def test_a_term_for_another_verb_or_resource_gives_nothing(crowd: World) -> None:
    terms = (term({"update"}), term({"query"}, resource="toy.customer"))
    assert crowd.ask(lambda s: list(s.scalars(select(Cost.id))), *terms) == []


def test_a_wildcard_verb_and_a_wildcard_resource_reach_everything(crowd: World) -> None:
    everything = term({"*"})
    assert len(crowd.ask(lambda s: list(s.scalars(select(Cost.id))), everything)) == len(PLACES)


def test_a_denial_does_not_hide_rows_without_the_key(crowd: World) -> None:
    terms = (term({"query"}), term({"query"}, allow=False, customer=[11]))
    seen = crowd.ask(lambda s: s.execute(select(Cost.scope_customer_id)).scalars().all(), *terms)
    assert set(seen) == {None, 12}


def test_a_denial_without_ranges_closes_the_verb(crowd: World) -> None:
    terms = (term({"query"}), term({"query"}, allow=False))
    assert context(*terms).may("toy.cost", "query") is False
    assert crowd.ask(lambda s: list(s.scalars(select(Cost.id))), *terms) == []


def test_ranges_of_one_dimension_are_merged_and_covered_ones_dropped() -> None:
    def only(**named: set[int]) -> Conjunct:
        return Conjunct.of({key: KeySet(frozenset(keys)) for key, keys in named.items()})

    parts = merged(
        [only(org={1}), only(org={2}), only(org={2}, owner={7}), only(org={9}, owner={7})]
    )
    assert parts == (only(org={1, 2}), only(org={9}, owner={7}))
    assert merged([only(org={1}), Conjunct()]) == (Conjunct(),)
    assert merged([only(org=set())]) == ()
    assert NOTHING.is_nothing
    assert Reach(allow=(Conjunct(),)).is_everything


def test_the_form_follows_the_number_of_keys() -> None:
    assert KeySet(frozenset(range(FEW))).form == "few"
    assert KeySet(frozenset(range(FEW + 1))).form == "array"
    assert KeySet(frozenset(range(ARRAY))).form == "array"
    assert KeySet(frozenset({1}), frozenset({3})).form == "few+sets"


def test_many_lengths_of_a_range_make_few_statement_texts(crowd: World) -> None:
    texts = set()

    def note(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        texts.add(text)

    sa.event.listen(crowd.engine, "before_cursor_execute", note)
    try:
        for length in range(1, FEW + 20):
            with crowd.session(context(term(org=range(1, length + 1)))) as session:
                session.scalars(select(Cost.id)).all()
    finally:
        sa.event.remove(crowd.engine, "before_cursor_execute", note)
    assert len(texts) <= 8


def test_covers_says_only_what_is_sure() -> None:
    """Whenever it says that one reach lies in the other, every scope agrees."""
    chance = random.Random(7)
    scopes = [dict(zip(DIMENSIONS, one, strict=True)) for one in product((None, 1, 2, 3), repeat=3)]

    def some() -> Reach:
        def conjunct() -> Conjunct:
            named = {
                key: KeySet(frozenset(chance.sample((1, 2, 3), chance.randint(1, 2))))
                for key in DIMENSIONS
                if chance.random() < 0.5
            }
            return Conjunct.of(named)

        allow = tuple(conjunct() for _one in range(chance.randint(0, 2)))
        return Reach(allow, tuple(conjunct() for _one in range(chance.randint(0, 1))))

    said = 0
    for _round in range(3000):
        wide, narrow = some(), some()
        if covers(wide, narrow):
            said += not narrow.is_nothing
            inside = [one for one in scopes if narrow.admits(one, lambda *_: False)]
            assert all(wide.admits(one, lambda *_: False) for one in inside), (wide, narrow)
    assert said > 100, "it never says yes: it proves nothing"
    assert covers(EVERYTHING, some())
    assert covers(some(), NOTHING)
