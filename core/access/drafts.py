"""What a policy provider says: terms not yet stored, and the sets of keys that they name."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from core.access.key_rules import add_members
from core.access.models import AccessTerm, KeyRange, KeyRangeKey


@dataclass(frozen=True, slots=True)
class Keys:
    """A set of keys of one dimension: those listed, and those that a rule finds at any moment.

    `rules` holds alternatives; in each every pair (key of a `RangeRule`, values) must hold, with
    one of its values. A set with rules follows the records: see `core.access.key_rules`.
    """

    listed: frozenset[int] = frozenset()
    rules: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One term; see `core.access.models.AccessTerm`. `ranges` names dimensions, in any order."""

    user_id: int | None
    resource: str
    actions: tuple[str, ...]
    source: Mapping[str, str]
    allow: bool = True
    ranges: Mapping[str, Keys] = field(default_factory=dict)
    owner_self: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    weekly_hours: Mapping[str, Any] | None = None
    for_user_id: int | None = None
    second_factor: bool = False


class Sets:
    """Stores the sets of keys of many drafts, each once; everybody with the same range shares."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self._known: dict[tuple[str, Keys], int] = {}

    def id_of(self, dimension: str, keys: Keys) -> int:
        """Return the id of the set, stored if it is new."""
        name = (dimension if keys.rules else "", keys)
        if name not in self._known:
            self._known[name] = _shared(self.session, dimension, keys)
        return self._known[name]


def shared_set(session: Any, keys: Iterable[int]) -> int:
    """Return the id of the set with exactly these keys, stored if it is new."""
    return _shared(session, "", Keys(frozenset(keys)))


def _shared(session: Any, dimension: str, keys: Keys) -> int:
    ordered = sorted(keys.listed)
    rule = None
    text = ",".join(map(str, ordered))
    if keys.rules:
        rule = {"dimension": dimension, "listed": ordered, "rules": keys.rules}
        text = json.dumps(rule, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    known: int | None = session.scalar(select(KeyRange.id).where(KeyRange.hash == digest))
    if known is not None:
        return known
    made = KeyRange(hash=digest, size=len(ordered), rule=rule)
    session.add(made)
    session.flush()
    if rule is not None:
        add_members(session, made)
    elif ordered:
        rows = [{"set_id": made.id, "key": key} for key in ordered]
        session.execute(insert(KeyRangeKey), rows)
    return made.id


def store(session: Any, provider: str, drafts: Iterable[Draft]) -> None:
    """Write terms under a provider's name, beside those that stand there."""
    sets = Sets(session)
    rows = [_row(sets, provider, draft) for draft in drafts]
    if rows:
        session.execute(insert(AccessTerm), rows)


def _row(sets: Sets, provider: str, draft: Draft) -> dict[str, Any]:
    return {
        "provider": provider,
        "user_id": draft.user_id,
        "resource": draft.resource,
        "actions": list(draft.actions),
        "allow": draft.allow,
        "owner_self": draft.owner_self,
        "valid_from": draft.valid_from,
        "valid_to": draft.valid_to,
        "weekly_hours": draft.weekly_hours,
        "source": dict(draft.source),
        "for_user_id": draft.for_user_id,
        "second_factor": draft.second_factor,
        **{
            f"{key}_set_id": sets.id_of(key, draft.ranges[key]) if key in draft.ranges else None
            for key in ("org", "customer", "owner")
        },
    }
