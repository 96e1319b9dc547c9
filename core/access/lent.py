"""What a right held as a substitute covers: never more than its lender does with it."""

from collections.abc import Iterable
from dataclasses import replace

from core.access.reach import Conjunct, Reach, both, covers
from core.access.resources import has_rows, resource_of
from core.access.terms import SIGHT, Term
from core.contributions import Verb

FIELD = "field:"
_WITHOUT_SIGHT = (Verb.QUERY, Verb.ANALYSE, Verb.CREATE, Verb.IMPORT)


def needs_sight(resource: str, action: str) -> bool:
    """Tell whether a verb on a resource works only on rows that its holder sees."""
    declared = resource_of(resource)
    if declared is None or not has_rows(declared) or Verb.QUERY not in declared.actions:
        return False
    return action not in _WITHOUT_SIGHT


def conjuncts_of(
    term: Term, terms: Iterable[Term], resource: str, action: str
) -> tuple[Conjunct, ...]:
    """Return which rows an allowing term among `terms` covers by a verb.

    A lent one is cut with what its lender sees, or verb and sight of two people would combine to
    what neither of them could do.
    """
    if term.for_user is None or not needs_sight(resource, action):
        return (term.ranges,)
    seen = tuple(
        one.ranges
        for one in terms
        if one.for_user == term.for_user and one.resource == resource and SIGHT in one.actions
    )
    lent, sight = Reach((term.ranges,)), Reach(seen)
    return lent.allow if covers(sight, lent) else both(lent, sight).allow  # mostly all is seen


def with_sight(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return the terms as if whoever holds them saw what their lenders see."""
    return tuple(
        replace(one, actions=one.actions | {Verb.QUERY}) if SIGHT in one.actions else one
        for one in terms
    )
