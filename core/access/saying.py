"""What a person's live terms say to a hardened database, in the form that its policies read.

The terms as they are stored, not the reach that is merged from them: the database works out by
itself what they come to. `{"user": …, "takes_part": …, "allow": {resource: [terms]}, "deny": …}`,
a term being the ids of its sets of units, customers and owners, and one owner's own id.
"""

import json
from collections.abc import Iterable

from core.access.frames import WRITING
from core.access.resources import has_rows, resource_of
from core.access.terms import ANY, SIGHT, Term
from core.contributions import Verb
from core.errors import ProgrammingFault


def say(user_id: int | None, terms: Iterable[Term], action: str) -> str:
    """Return what a person with these live terms says under a verb, or under WRITING."""
    sides: dict[str, dict[str, list[list[int | None]]]] = {"allow": {}, "deny": {}}
    for term in terms:
        if not _counts(term, action):
            continue
        stored = _stored(term)
        if stored is None:
            continue
        said = sides["allow" if term.allow else "deny"].setdefault(term.resource, [])
        if stored not in said:
            said.append(stored)
    takes_part = action == Verb.QUERY
    return json.dumps({"user": user_id, "takes_part": takes_part, **sides})


def _counts(term: Term, action: str) -> bool:
    """Tell whether a term is about the verb; any verb may let something be stored."""
    resource = resource_of(term.resource)
    if term.resource != ANY and (resource is None or not has_rows(resource)):
        return False
    if action == WRITING:
        return ANY in term.actions or (term.allow and term.actions != {SIGHT})
    return term.speaks_of(term.resource, action)


def _stored(term: Term) -> list[int | None] | None:
    """Return sets of units, customers and owners, and the owner; None if it can match nothing."""
    if term.ranges.matches_all:
        return [None, None, None, None]
    if term.stored is None:
        raise ProgrammingFault("only stored terms can be told to a hardened database")
    named = {key for key, _ in term.ranges.dimensions}
    if "owner" in named and not {"owner", "self"} & term.stored.keys():
        return None  # the holder's own, and there is no employee
    return [term.stored.get(key) for key in ("org", "customer", "owner", "self")]
