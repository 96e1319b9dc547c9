"""Compiled terms as plain values, read in three small statements, and their shared sets of keys."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select

from core.access.models import AccessTerm, KeyRange, KeyRangeKey
from core.access.reach import ARRAY, Conjunct, KeySet
from core.access.windows import Window

ANY = "*"
SIGHT = "~sight"  # what a lender sees, handed on or not; no resource can declare such a verb
UNLIMITED = Conjunct()
ALWAYS = Window()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term; a dimension that is not among `ranges` is not looked at."""

    resource: str
    actions: frozenset[str]
    allow: bool = True
    ranges: Conjunct = UNLIMITED
    window: Window = ALWAYS
    source: Mapping[str, str] | None = None
    for_user: int | None = None  # whose right it is, where it is held as a substitute
    second_factor: bool = False  # a grant that counts only for an account that has one
    # ids of its sets by dimension, and "self": the employee; None for terms nobody has stored
    stored: Mapping[str, int] | None = field(default=None, compare=False)

    def speaks_of(self, resource: str, action: str) -> bool:
        """Tell whether the term is about this verb on this resource."""
        return self.resource in (ANY, resource) and (action in self.actions or ANY in self.actions)


def load_terms(connection: Connection, user_id: int, employee_id: int | None) -> tuple[Term, ...]:
    """Return every term of a user, whether in force or not."""
    table = AccessTerm.__table__
    mine = select(table).where(or_(table.c.user_id == user_id, table.c.user_id.is_(None)))
    rows = connection.execute(mine.order_by(table.c.id)).all()
    ids = {
        set_id
        for row in rows
        for set_id in (row.org_set_id, row.customer_set_id, row.owner_set_id)
        if set_id is not None
    }
    sets = load_sets(connection, ids)
    return tuple(term_of(row, sets, employee_id) for row in rows)


def narrowed(
    terms: tuple[Term, ...], scopes: frozenset[tuple[str, str]] | None
) -> tuple[Term, ...]:
    """Return what of the terms is about one of the scopes; None narrows nothing."""
    if scopes is None:
        return terms
    sights = {(resource, SIGHT) for resource, _action in scopes}
    return tuple(
        replace(term, resource=resource, actions=frozenset({action}))
        for term in terms
        for resource, action in sorted(scopes if term.for_user is None else scopes | sights)
        if term.speaks_of(resource, action)
    )


def load_sets(connection: Connection, ids: Iterable[int]) -> dict[int, KeySet]:
    """Return sets by id; one that is large or follows a rule is named and left where it is."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    ranges, keys = KeyRange.__table__, KeyRangeKey.__table__
    sizes = connection.execute(
        select(ranges.c.id, ranges.c.size, ranges.c.rule.is_not(None).label("follows")).where(
            ranges.c.id.in_(wanted)
        )
    ).all()
    small = {row.id for row in sizes if row.size <= ARRAY and not row.follows}
    listed: dict[int, set[int]] = defaultdict(set)
    if small:
        found = select(keys.c.set_id, keys.c.key).where(keys.c.set_id.in_(small))
        for row in connection.execute(found):
            listed[row.set_id].add(row.key)
    loaded = {set_id: KeySet(keys=frozenset(listed[set_id])) for set_id in small}
    large = {row.id: KeySet(large=frozenset({row.id})) for row in sizes if row.id not in small}
    return loaded | large


def term_of(row: Row[Any], sets: Mapping[int, KeySet], employee_id: int | None) -> Term:
    """Return a stored term as it speaks to one account, with these sets of keys."""
    named: dict[str, KeySet] = {}
    for key, set_id in (
        ("org", row.org_set_id),
        ("customer", row.customer_set_id),
        ("owner", row.owner_set_id),
    ):
        if set_id in sets or (set_id is not None and row.allow):
            named[key] = sets.get(set_id, KeySet())  # without keys a denial would deny nothing
    stored = {key: getattr(row, f"{key}_set_id") for key in named}
    if row.owner_self and employee_id is not None:
        stored["self"] = employee_id
    return replace(spoken_to(employee_id, row, named), stored=stored)


def spoken_to(employee_id: int | None, said: Any, named: Mapping[str, KeySet]) -> Term:
    """Return the term that a stored row or a draft says to one employee; `named` are its keys."""
    if said.owner_self:
        own = frozenset() if employee_id is None else frozenset({employee_id})
        named = {**named, "owner": named.get("owner", KeySet()) | KeySet(keys=own)}
    return Term(
        resource=said.resource,
        actions=frozenset(said.actions),
        allow=said.allow,
        ranges=Conjunct.of(named),
        window=Window.of(said),
        source=said.source,
        for_user=said.for_user_id,
        second_factor=said.allow and said.second_factor,
    )


def drop_unused_sets(session: Any) -> None:
    """Delete sets that no term names any more."""
    used = [
        select(column).where(column.is_not(None))
        for column in (AccessTerm.org_set_id, AccessTerm.customer_set_id, AccessTerm.owner_set_id)
    ]
    unused = select(KeyRange.id)
    for ids in used:
        unused = unused.where(KeyRange.id.not_in(ids))
    doomed = session.scalars(unused).all()
    if doomed:
        options = {"synchronize_session": False}
        session.execute(
            delete(KeyRangeKey).where(KeyRangeKey.set_id.in_(doomed)), execution_options=options
        )
        session.execute(delete(KeyRange).where(KeyRange.id.in_(doomed)), execution_options=options)
