"""From delegations to terms: what a substitute has of what the delegator holds just now.

Ranges mean the delegator's data, denials of the delegator take away, and what the delegator has
as a substitute is not among the assignments that concern the delegator: no chain.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from addons.rights.delegation_models import Delegation
from addons.rights.held import MANAGED, Held, chosen_verbs, concerns
from addons.rights.models import Subject
from addons.rights.ranges import keys_of
from addons.rights.subjects import user_names
from addons.rights.world import Person, World
from core.access.drafts import Draft, Keys
from core.access.lent import needs_sight
from core.access.terms import ANY, SIGHT
from core.addons.registry import registry
from core.contributions import Verb

Pairs = set[tuple[str, str]]
Duties = Mapping[int, Mapping[str, Sequence[str]]]
STRICT = ("，须两步验证", ", with a second factor")  # beside the name of a duty, in both languages


@dataclass(frozen=True, slots=True)
class Lent:
    """What of a delegation compiling needs; a preview makes one that is not stored."""

    from_user_id: int
    to_user_id: int
    assignments: Sequence[int]
    valid_from: datetime
    valid_to: datetime
    id: int | None = None

    @classmethod
    def of(cls, stored: Any) -> "Lent":
        """Take it from a stored delegation."""
        return cls(*(getattr(stored, name) for name in cls.__slots__))


def lent_now(session: Any, user_ids: Sequence[int] | None) -> list[Lent]:
    """Return the delegations to these users (everybody if None) that nobody has ended."""
    stored = select(Delegation).where(Delegation.ended_at.is_(None)).order_by(Delegation.id)
    if user_ids is not None:
        stored = stored.where(Delegation.to_user_id.in_(user_ids))
    return [Lent.of(one) for one in session.scalars(stored)]


def substitutes_of(session: Any, user_ids: set[int]) -> set[int]:
    """Return who acts for these users, now or later: their rights change with those of these."""
    found = select(Delegation.to_user_id).where(
        Delegation.from_user_id.in_(user_ids), Delegation.ended_at.is_(None)
    )
    return set(session.scalars(found))


def handed_on(
    lent: Sequence[Lent],
    held: Sequence[Held],
    grants: Duties,
    world: World,
    *,
    names: Mapping[int, Mapping[str, str]],
    strict: Collection[int] = (),
) -> Iterator[Draft]:
    """Yield the terms of substitutes; who of the two has no open account takes part in none.

    What comes from one of the `strict` duties counts for a substitute with a second factor.
    """
    if not lent:
        return
    wanted = {key for one in lent for key in (one.from_user_id, one.to_user_id)}
    people = {one.user_id: one for one in world.people(sorted(wanted))}
    called = user_names(world.session, {one.from_user_id for one in lent})
    for one in lent:
        lender = people.get(one.from_user_id)
        if lender is None or one.to_user_id not in people:
            continue
        mine = [each for each in held if each.duty_id in grants and concerns(each, lender, world)]
        barred = denied(mine, grants, one.valid_from, one.valid_to)
        handed = {
            each.id: pairs_of(each, grants[each.duty_id]) - barred
            for each in mine
            if each.id in one.assignments and may_be_handed_on(each)
        }
        acted_on = {
            key for pairs in handed.values() for key, verb in pairs if needs_sight(key, verb)
        }
        for each in mine:
            pairs = handed.get(each.id, set()) | _sights(each, grants[each.duty_id], acted_on)
            if pairs:
                needs_it = each.duty_id in strict
                words = _words(names[each.duty_id], called[lender.user_id], strict=needs_it)
                term = _terms(one, each, lender, world, words)
                if term is not None:
                    yield from _about(replace(term, second_factor=needs_it), pairs)


def _sights(held: Held, grants: Mapping[str, Iterable[str]], acted_on: Collection[str]) -> Pairs:
    """Return of what the lender sees by an assignment, whether it is handed on or not."""
    if not held.allow or not acted_on:
        return set()
    seen = {key for key, verb in pairs_of(held, grants) if verb == Verb.QUERY}
    return {(key, SIGHT) for key in seen & {*acted_on}}


def may_be_handed_on(held: Held) -> bool:
    """Tell whether an assignment is of the kind that a substitute can have."""
    return held.allow and held.subject != Subject.ADMINISTRATORS


def pairs_of(held: Held, grants: Mapping[str, Iterable[str]]) -> Pairs:
    """Return each (resource, verb) that an assignment speaks of, but those of managing the site."""
    found: Pairs = set()
    every = {key: one for key, one in registry().resources.items() if not key.startswith(MANAGED)}
    for resource, actions in grants.items():
        verbs = chosen_verbs(actions, held.verbs)
        for key in every if resource == ANY else {resource} & every.keys():
            fields = [f"field:{name}" for name in every[key].sensitive]
            declared = {*map(str, every[key].actions), *fields}
            found |= {(key, verb) for verb in (declared if ANY in verbs else declared & {*verbs})}
    return found


def denied(
    mine: Iterable[Held], grants: Duties, start: datetime | None, end: datetime | None
) -> Pairs:
    """Return what the delegator is denied on any data at any time of a period.

    A substitute gets none of it: not even where the denial speaks of other data or hours. Who is
    denied to see something hands on nothing that would need to see it.
    """
    found: Pairs = set()
    for one in mine:
        if not one.allow and period(one, start, end) is not None:
            found |= pairs_of(one, grants[one.duty_id])
    for key in [resource for resource, verb in found if verb == Verb.QUERY]:
        declared = registry().resources[key]
        found |= {(key, str(verb)) for verb in declared.actions if verb != Verb.ANALYSE}
    return found


def period(
    held: Any, start: datetime | None, end: datetime | None
) -> tuple[datetime | None, datetime | None] | None:
    """Return when an assignment and a period hold together; None if never."""
    first = max((at for at in (held.valid_from, start) if at is not None), default=None)
    last = min((at for at in (held.valid_to, end) if at is not None), default=None)
    if first is not None and last is not None and last <= first:
        return None
    return first, last


def _terms(
    lent: Lent, held: Held, lender: Person, world: World, words: Mapping[str, str]
) -> Draft | None:
    """Return a term without what it is about; None when it can match nothing."""
    when = period(held, lent.valid_from, lent.valid_to)
    keys = keys_of(held.ranges, lender, world)
    if when is None or keys is None:
        return None
    ranges, owner_self = keys
    if owner_self:  # the delegator's own records, which are not the substitute's
        if lender.employee_id is None and "owner" not in ranges:
            return None
        more = ranges.get("owner", Keys())
        own = set() if lender.employee_id is None else {lender.employee_id}
        ranges["owner"] = Keys(more.listed | own, more.rules)
    return Draft(
        user_id=lent.to_user_id,
        resource="",
        actions=(),
        ranges=ranges,
        valid_from=when[0],
        valid_to=when[1],
        weekly_hours=held.weekly_hours,
        source=words,
        for_user_id=lender.user_id,
    )


def _about(term: Draft, pairs: Pairs) -> Iterator[Draft]:
    verbs: dict[str, list[str]] = {}
    for resource, verb in sorted(pairs):
        verbs.setdefault(resource, []).append(verb)
    for resource, actions in verbs.items():
        yield replace(term, resource=resource, actions=tuple(actions))


def _words(duty: Mapping[str, str], name: str, *, strict: bool) -> dict[str, str]:
    zh, en = duty["zh"], duty.get("en") or duty["zh"]
    more = STRICT if strict else ("", "")
    return {
        "zh": f"职责「{zh}」（代 {name}{more[0]}）",
        "en": f"duty “{en}” (as substitute for {name}{more[1]})",
    }
