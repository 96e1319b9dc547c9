"""Faults planted in the compiling of delegations are seen by the oracle."""

from dataclasses import replace

import pytest

from addons.rights import delegation_terms, policy
from core.access import lent
from core.access import policy as core_policy
from tests.addons.rights.house import House, check_units


def _ranges_of_the_substitute(monkeypatch):
    """Let ranges mean the data of whoever acts instead of the delegator's."""
    others = {}

    def people(world, user_ids):
        found = real_people(world, user_ids)
        others.update({one.user_id: one for one in found})
        return found

    real_people = delegation_terms.World.people
    real_terms = delegation_terms._terms

    def terms(lent, held, _lender, world, words):
        substitute = others[lent.to_user_id]
        return real_terms(lent, held, substitute, world, words)

    monkeypatch.setattr(delegation_terms.World, "people", people)
    monkeypatch.setattr(delegation_terms, "_terms", terms)


def _no_denials(monkeypatch):
    monkeypatch.setattr(delegation_terms, "denied", lambda *_: set())


def _no_period(monkeypatch):
    monkeypatch.setattr(
        delegation_terms, "period", lambda held, *_: (held.valid_from, held.valid_to)
    )


def _substitutes_stay_as_they_were(monkeypatch):
    stale = replace(policy.POLICY, hangs_on_users=None)
    monkeypatch.setattr(core_policy, "active", lambda _session: stale)


def _sight_is_not_asked(monkeypatch):
    """Let a verb of the lender combine with what the substitute sees alone."""
    monkeypatch.setattr(lent, "needs_sight", lambda *_: False)


FAULTS = (  # each with a house in which it shows
    (_ranges_of_the_substitute, 8),
    (_no_denials, 1),
    (_no_period, 6),
    (_substitutes_stay_as_they_were, 8),
    (_sight_is_not_asked, 8),
)


@pytest.mark.parametrize(("fault", "seed"), FAULTS)
def test_a_planted_fault_in_delegation_is_seen(fault, seed, app, make, monkeypatch):
    fault(monkeypatch)
    house = House(seed, make)
    with pytest.raises(AssertionError):
        for _round in range(3):
            check_units(app, house)
            house.change()
            house.give()
            house.hand()
            house.move()
