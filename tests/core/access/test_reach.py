"""Comparing and cutting reaches: what is told apart, and what taking part adds."""

import random
from itertools import product

from core.access.declarations import DIMENSIONS
from core.access.reach import EVERYTHING, Conjunct, KeySet, Reach, both, covers


def part(**named: set[int]) -> Conjunct:
    return Conjunct.of({key: KeySet(frozenset(keys)) for key, keys in named.items()})


def test_keys_that_alternatives_tell_apart_are_covered_together() -> None:
    apart = Reach((part(org={1}, customer={9}), part(org={2}, customer={9})))
    assert covers(apart, Reach((part(org={1, 2}, customer={9}),)))
    assert not covers(apart, Reach((part(org={1, 2, 3}, customer={9}),)))
    assert not covers(apart, Reach((part(org={1, 2}, customer={8, 9}),)))
    assert covers(
        Reach((part(org={1}), part(org={2}, owner={5}))), Reach((part(org={1, 2}, owner={5}),))
    )


def test_denials_are_told_apart_too() -> None:
    whole = (Conjunct(),)
    narrow = Reach(whole, (part(org={1}, customer={9}), part(org={2}, customer={9})))
    assert covers(Reach(whole, (part(org={1, 2}, customer={9}),)), narrow)
    assert not covers(Reach(whole, (part(org={1, 3}, customer={9}),)), narrow)


def test_what_is_covered_is_covered_for_every_scope() -> None:
    chance = random.Random(11)
    scopes = [dict(zip(DIMENSIONS, one, strict=True)) for one in product((None, 1, 2, 3), repeat=3)]

    def some(most: int) -> Reach:
        return Reach(
            tuple(
                part(
                    **{
                        key: set(chance.sample((1, 2, 3), chance.randint(1, 2)))
                        for key in DIMENSIONS
                        if chance.random() < 0.6
                    }
                )
                for _one in range(chance.randint(1, most))
            )
        )

    sure = missed = 0
    for _round in range(3000):
        wide, narrow = some(4), some(2)
        inside = [one for one in scopes if narrow.admits(one, lambda *_: False)]
        lies = all(wide.admits(one, lambda *_: False) for one in inside)
        said = covers(wide, narrow)
        assert lies or not said, (wide, narrow)
        sure, missed = sure + said, missed + (lies and not said)
    assert sure > 100
    assert missed == 0, "of known keys nothing is left open"


def test_taking_part_is_kept_where_the_other_has_all_or_knows_it_too() -> None:
    own = Reach((part(owner={5}),), participant=True)
    assert both(EVERYTHING, own) == both(own, EVERYTHING) == own
    denied = Reach((Conjunct(),), (part(org={1}),))
    assert both(denied, own).participant
    assert both(denied, own).deny == denied.deny
    assert not both(Reach((part(org={1}),)), own).participant
    assert both(Reach((part(org={1}),), participant=True), own).participant


def test_a_dimension_may_stand_as_often_as_it_was_cut() -> None:
    """Sets that stay in the database cannot be cut here, so each of them must be asked."""
    large = [Reach((Conjunct.of({"org": KeySet(large=frozenset({one}))}),)) for one in (1, 2, 3)]
    (cut,) = both(both(large[0], large[1]), large[2]).allow
    assert {keys for _name, keys in cut.dimensions} == {
        KeySet(large=frozenset({one})) for one in (1, 2, 3)
    }
    assert both(both(both(large[0], large[1]), large[2]), large[1]).allow == (cut,)
    listed = both(both(large[0], Reach((part(org={1, 2}),))), Reach((part(org={2, 3}),)))
    assert listed.allow[0].dimensions == (
        ("org", KeySet(large=frozenset({1}))), ("org", KeySet(frozenset({2}))),
    )  # fmt: skip
