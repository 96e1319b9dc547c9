"""A hole in what compiles the rights must turn the comparison with the oracle red."""

from dataclasses import replace

import pytest

from addons.rights import policy
from core.access import key_rules
from tests.addons.rights.house import House, check_units

ROUNDS = 12


def _altered(monkeypatch, alter):
    """Let `alter` change each draft of the add-on, or drop it by returning None."""
    drafts = policy.Compiler.drafts

    def holed(self, user_ids, **options):
        changed = (alter(one) for one in drafts(self, user_ids, **options))
        return (one for one in changed if one is not None)

    monkeypatch.setattr(policy.Compiler, "drafts", holed)


def _mine(alter):
    """Alter what is about customers; the rest must stay, or nobody could sign in."""
    return lambda draft: alter(draft) if draft.resource == "customers.customer" else draft


def _without(dimension):
    return lambda draft: replace(
        draft, ranges={key: keys for key, keys in draft.ranges.items() if key != dimension}
    )


HOLES = {
    "denials are forgotten": lambda draft: draft if draft.allow else None,
    "an end is forgotten": lambda draft: replace(draft, valid_from=None, valid_to=None),
    "every verb is given": lambda draft: replace(draft, actions=("*",)),
    "units are not looked at": _without("org"),
    "customers are not looked at": _without("customer"),
    "owners are not looked at": lambda draft: replace(_without("owner")(draft), owner_self=False),
    "own records are lost": lambda draft: replace(draft, owner_self=False),
    "second factors are not asked for": lambda draft: replace(draft, second_factor=False),
    "given to everybody": lambda draft: replace(draft, user_id=None),
}


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_in_the_policy_is_seen(hole, app, make, monkeypatch):
    _altered(monkeypatch, _mine(HOLES[hole]))
    assert _is_seen(app, make)


def test_sets_that_do_not_follow_their_rule_are_seen(app, make, monkeypatch):
    monkeypatch.setattr(key_rules, "refresh", lambda *_arguments: None)
    assert _is_seen(app, make)


def _is_seen(app, make) -> bool:
    house = House(3, make)
    try:
        for _round in range(ROUNDS):
            house.change()
            house.give()
            check_units(app, house)
    except AssertionError:
        return True
    return False


def test_without_a_hole_the_same_comparison_is_green(app, make):
    assert not _is_seen(app, make)
