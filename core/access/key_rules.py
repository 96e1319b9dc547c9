"""Sets of keys that follow a rule, such as the customers of grade A: right at every moment.

Terms name such a set by its id and leave its keys in the database, so a record that comes under
the rule, or leaves it, changes what people see in its own commit; nobody's rights are compiled.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, delete, event, func, insert, inspect, select, union

from core.access.context import AccessContext
from core.access.guarded_session import GuardedSession
from core.access.models import KeyRange, KeyRangeKey
from core.addons.registry import registry
from core.contributions import Dimension

ADVISORY_KEY = 0x5249474854  # "RIGHT": sets of keys are made, or records change
FOLLOWING = "sets of keys follow their rules"
SILENT = {"synchronize_session": False}


def members(rule: Mapping[str, Any], among: Collection[int] | None = None) -> Select[Any] | Any:
    """Return the SELECT of the keys that a stored rule finds now, of those `among` if given.

    Nothing for rules of a dimension whose add-on is gone. Run it without limits.
    """
    dimension = registry().dimensions.get(rule["dimension"])
    if dimension is None or dimension.model is None:
        return None
    (key,) = inspect(dimension.model).primary_key
    every_key = select(key.label("key")).select_from(dimension.model)
    found = [every_key.where(key.in_(rule["listed"]))]
    known = {one.key: one for one in dimension.rules}
    for every in rule["rules"]:
        alternative = every_key
        for name, values in every:
            if name not in known:
                break  # a rule that nobody can read finds nothing
            alternatives = [known[name].select_keys(value) for value in values]
            alternative = alternative.where(key.in_(union(*alternatives)))
        else:
            found.append(alternative)
    if among is not None:
        found = [one.where(key.in_(among)) for one in found]
    return union(*found)


def add_members(session: Any, stored: KeyRange) -> None:
    """Fill a new set."""
    wide = _without_limits(session)
    try:
        statement = members(stored.rule or {})
        _insert(wide, stored.id, [] if statement is None else wide.scalars(statement).all())
    finally:
        wide.close()


def refresh(session: GuardedSession, dimension: str, ids: Collection[int] | None = None) -> None:
    """Make every set by rule of a dimension hold what its rule finds now; `ids`: only about these.

    Services call it for changes that no flush of the records themselves shows, such as an
    industry that moves below another one.
    """
    if session.info.get("unit") is None or not _rules_are_used() or (ids is not None and not ids):
        return
    wide = _without_limits(session)
    try:
        for set_id, rule in _sets(wide, dimension, alone=ids is None):
            statement = members(rule, ids)
            now_in = set() if statement is None else set(wide.scalars(statement))
            held = select(KeyRangeKey.key).where(KeyRangeKey.set_id == set_id)
            was_in = set(wide.scalars(held if ids is None else held.where(_among(ids))))
            _remove(wide, set_id, was_in - now_in)
            _insert(wide, set_id, sorted(now_in - was_in))
    finally:
        wide.close()


def follow(session: GuardedSession, model: type[Any], ids: Collection[int] | None = None) -> None:
    """Let the sets by rule follow records of a class (all of them if None) that have changed."""
    if session.info.get("unit") is None:
        return
    for dimension in _followed(model):
        refresh(session, dimension.key, ids)


@event.listens_for(GuardedSession, "after_flush")
def _after_flush(session: GuardedSession, _context: Any) -> None:
    if session.info.get("unit") is None:
        return
    changed: dict[type[Any], set[int]] = {}
    for item in _touched(session):
        changed.setdefault(type(item), set()).add(_key(item))
    for model, ids in changed.items():
        follow(session, model, ids)


def _touched(session: GuardedSession) -> Iterator[Any]:
    """Yield the records of this flush that a rule may judge in another way than before."""
    if not _rules_are_used():
        return
    for item in (*session.new, *session.deleted):
        if _followed(type(item)):
            yield item
    for item in session.dirty:
        columns = {name for one in _followed(type(item)) for name in _columns(one)}
        state: Any = inspect(item)
        if any(state.attrs[name].history.has_changes() for name in columns):
            yield item


def _columns(dimension: Dimension) -> Iterable[str]:
    return (name for rule in dimension.rules for name in rule.columns)


def _followed(model: type[Any]) -> list[Dimension]:
    every = registry().dimensions.values()
    return [one for one in every if one.model is not None and issubclass(model, one.model)]


def _rules_are_used() -> bool:
    found = registry()
    return any(found.is_on(found.owner_of(one)) for one in found.every("policies"))


def wait_for_compilers(session: Any, *, alone: bool) -> None:
    """Wait for whoever compiles rights; `alone`: hold up as well who changes records until commit.

    A lock of its own, not the row of versions: imports and settings hold that row too. SQLite has
    one writer anyway.
    """
    if session.connection().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        session.execute(select(lock(ADVISORY_KEY)))


def _sets(session: Any, dimension: str, *, alone: bool) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the sets by rule, holding up who compiles rights meanwhile.

    Otherwise a set that is made beside this transaction, and does not see its rows, would miss
    them for ever. A refresh of whole sets also waits for those who change single records.
    """
    wait_for_compilers(session, alone=alone)
    rows = session.execute(select(KeyRange.id, KeyRange.rule).where(KeyRange.rule.is_not(None)))
    return [(key, rule) for key, rule in rows if rule["dimension"] == dimension]


def _without_limits(session: Any) -> GuardedSession:
    wide: GuardedSession = session.info["unit"].new_session(AccessContext.system(FOLLOWING))
    return wide


def _among(ids: Collection[int]) -> Any:
    return KeyRangeKey.key.in_(ids)


def _remove(session: Any, set_id: int, keys: Collection[int]) -> None:
    if keys:
        gone = delete(KeyRangeKey).where(KeyRangeKey.set_id == set_id, _among(keys))
        session.execute(gone, execution_options=SILENT)


def _insert(session: Any, set_id: int, keys: Collection[int]) -> None:
    if keys:
        session.execute(insert(KeyRangeKey), [{"set_id": set_id, "key": key} for key in keys])


def _key(item: Any) -> int:
    key: int = inspect(item).mapper.primary_key_from_instance(item)[0]
    return key
