"""The wall for writing: what is stored must lie in range before and after the change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import inspect, select
from sqlalchemy.orm import InstanceState, Mapper, Session

from core.access.children import copy_scope, rewrite_children
from core.access.conditions import SET_KEYS
from core.access.declarations import COLUMNS, Child, Protected, declared, parent_link, scope_columns
from core.access.frames import trusted
from core.access.reach import Reach
from core.access.resources import resource_of
from core.access.verifier import UnguardedStatement
from core.errors import NotAllowed, NotFound
from core.i18n import gettext as _

if TYPE_CHECKING:
    from core.access.context import AccessContext
    from core.access.guarded_session import GuardedSession

Scope = Mapping[str, int | None]
MOVED, STALE, DETACHED = "sunmao_moved", "sunmao_stale", "sunmao_detached"
ASKED = "sunmao_asked"


def before_flush(session: Any, _context: Any, _objects: Any) -> None:
    """Copy scopes to children, then check every protected object of this flush."""
    access = session.access
    for item in _changed(session):
        if isinstance(item, Child) and item not in session.deleted and not _stays(session, item):
            copy_scope(session, item)
    with remembered(session):
        for item in _changed(session):
            if not access.is_system:
                _check(session, item)
                if item not in session.deleted:
                    _check_links(session, item)
            if item in session.dirty and item not in session.deleted and _moves(item):
                session.info.setdefault(MOVED, []).append(item)


def after_flush(session: Any, _context: Any) -> None:
    """Let the children of moved records follow."""
    moved = session.info.pop(MOVED, ())
    if not moved:
        return
    connection = session.connection()
    with trusted(connection, "children follow their record's scope"):
        for model in dict.fromkeys(map(type, moved)):
            states: list[Any] = [inspect(item) for item in moved if type(item) is model]
            rewrite_children(connection, model, [state.identity[0] for state in states])
    session.info[STALE] = True


def after_flush_postexec(session: Any, _context: Any) -> None:
    """Let loaded children read their new scope, if this flush moved a record."""
    if session.info.pop(STALE, False):
        expire_children(session)


def expire_children(session: Any) -> None:
    """Let loaded children read their scope anew when they are next asked."""
    for item in session:
        if isinstance(item, Child):
            session.expire(item, list(COLUMNS.values()))


def before_insert(_mapper: Any, _connection: Any, child: Any) -> None:
    """Take over what the parent has only since its own row was written, such as its key."""
    parent = child.__dict__.get(child.__parent__)
    if parent is None:
        return
    for name in COLUMNS.values():
        value = getattr(parent, name)
        if getattr(child, name) != value:
            setattr(child, name, value)


def before_attach(session: Any, item: Any) -> None:
    """Refuse a protected object that claims to be stored but was not loaded in this session."""
    state: Any = inspect(item)
    if not isinstance(item, Protected) or state.key is None or session.access.is_system:
        return
    if state.session_id == session.hash_key or state.session_id is not None:
        return
    if session.info.get(DETACHED, {}).get(state) != state.key:
        msg = f"a detached {type(item).__name__} cannot enter a session; load it again"
        raise UnguardedStatement(msg)


def remember_detached(session: Any, item: Any) -> None:
    """Note what this session itself had loaded, so that it may come back."""
    state: Any = inspect(item)
    session.info.setdefault(DETACHED, WeakKeyDictionary())[state] = state.key


def _changed(session: Session) -> Iterator[Protected]:
    """Yield protected objects that the flush will write, records before their children."""
    pending: Iterable[Any] = [*session.new, *session.dirty, *session.deleted]
    found = [
        item
        for item in dict.fromkeys(pending)
        if isinstance(item, Protected)
        and (item in session.new or item in session.deleted or session.is_modified(item))
    ]
    yield from (item for item in found if not isinstance(item, Child))
    yield from (item for item in found if isinstance(item, Child))


def _stays(session: Session, child: Child) -> bool:
    """Tell whether a stored child keeps a parent that nobody has loaded, and so its scope.

    That parent need not be asked for: whoever may change the child perhaps may not see it.
    """
    state: Any = inspect(child)
    if not state.persistent or _moves(child):
        return False
    target, column = parent_link(type(child))
    key = state.mapper.get_property_by_column(column).key
    above, value = state.mapper.relationships[child.__parent__].mapper, getattr(child, key)
    if value is None or target not in above.primary_key:
        return False
    changed = any(state.attrs[name].history.has_changes() for name in (child.__parent__, key))
    return not changed and above.identity_key_from_primary_key((value,)) not in session.identity_map


def _check(session: "GuardedSession", item: Any) -> None:
    state: InstanceState[Any] = inspect(item)
    if item in session.new:
        refuse_chosen_key(state)
    if allows(session, item, session.access):
        return
    if item in session.deleted:
        raise _refusal(item, "delete")
    verbs = _adding(item) if item in session.new else (*_narrow_verbs(item, state), "update")
    raise _refusal(item, verbs[0])


def allows(session: "GuardedSession", item: Any, access: "AccessContext") -> bool:
    """Tell whether these rights let a flush store what it does to a protected object."""
    state: InstanceState[Any] = inspect(item)

    reach = partial(access.reach, item.__resource__)
    if item in session.deleted:
        return _inside(session, reach, ("delete",), old_scope(state))
    if item in session.new:
        return _inside(session, reach, (*_adding(item), *giving(type(item))), new_scope(state))
    old, new = old_scope(state), new_scope(state)
    landing = ("update", "create", *giving(type(item)))
    if _inside(session, reach, ("update",), old) and (
        old == new or _inside(session, reach, landing, new)
    ):
        return True
    return any(_inside(session, reach, (verb,), old, new) for verb in _narrow_verbs(item, state))


def _inside(
    session: "GuardedSession",
    reach: Callable[[str], Reach],
    actions: Iterable[str],
    *scopes: Scope,
) -> bool:
    reaches = (reach(action) for action in actions)
    return any(all(admits(session, one, scope) for scope in scopes) for one in reaches)


def _adding(item: Protected) -> tuple[str, ...]:
    return item.__added_under__ if isinstance(item, Child) else ("create",)


def _check_links(session: "GuardedSession", item: Protected) -> None:
    """Raise NotFound where a record is tied to another one that its actor may not see."""
    state: InstanceState[Any] = inspect(item)
    mapper: Mapper[Any] = state.mapper
    parent = parent_link(type(item))[1] if isinstance(item, Child) else None
    for column in mapper.columns:
        targets = [key.column.table for key in getattr(column, "foreign_keys", ())]
        known = declared(targets[0]) if targets and column is not parent else None
        if known is None or known.kind != "protected" or known.model is None:
            continue
        added = state.attrs[mapper.get_property_by_column(column).key].history.added
        if not added or added[0] is None:
            continue
        target: Mapper[Any] = inspect(known.model)
        if target.identity_key_from_primary_key((added[0],)) in session.identity_map:
            continue
        with session.no_autoflush:
            key = target.primary_key[0]
            seen = session.scalar(select(target.class_).where(key == added[0]))
        if seen is None:
            raise NotFound(_("What this refers to does not exist, or it lies outside your range."))


def giving(model: type[Protected]) -> tuple[str, ...]:
    """Return the verb under which records may land with others, where the resource allows it."""
    resource = resource_of(model.__resource__)
    gives = resource is not None and resource.gives_to and not issubclass(model, Child)
    return ("assign",) if gives else ()


def _narrow_verbs(item: Protected, state: InstanceState[Any]) -> list[str]:
    """Return the verbs that alone allow this very change, by the columns that it touches.

    Such a verb must hold where the row was and where it goes, so that nothing leaves its range,
    or is fetched into it, by the help of another verb.
    """
    resource = resource_of(item.__resource__)
    if resource is None or not isinstance(item, resource.model or ()):
        return []
    allowed = {verb: set(names) for verb, names in resource.columns_under.items()}
    for verb in giving(type(item)):
        columns = scope_columns(state.mapper).values()
        names = (state.mapper.get_property_by_column(c).key for c in columns if not c.primary_key)
        allowed.setdefault(verb, set()).update(names)
    real = (*state.mapper.column_attrs.keys(), *state.mapper.relationships.keys())
    changed = {name for name in real if state.attrs[name].history.has_changes()}
    return [verb for verb, names in allowed.items() if changed <= names]


def refuse_chosen_key(state: InstanceState[Any]) -> None:
    """Raise UnguardedStatement for a new row with a key; it could probe for foreign rows."""
    mapper: Mapper[Any] = state.mapper
    for column in mapper.base_mapper.primary_key:
        prop = mapper.get_property_by_column(column)
        if not column.foreign_keys and state.dict.get(prop.key) is not None:
            msg = f"a new {mapper.class_.__name__} must not choose its own {prop.key}"
            raise UnguardedStatement(msg)


def _refusal(item: Protected, action: str) -> NotAllowed:
    return NotAllowed(
        _("You may not store this: the record is, or would be, outside your range."),
        missing=(item.__resource__, action),
    )


def admits(session: Session, reach: Reach, scope: Scope) -> bool:
    """Tell whether a row with this scope is inside `reach`, asking the database for large sets."""
    known = session.info.get(ASKED, {})

    def in_large(sets: frozenset[int], key: int) -> bool:
        if (sets, key) not in known:
            found = select(SET_KEYS.c.key).where(SET_KEYS.c.set_id.in_(sets), SET_KEYS.c.key == key)
            known[sets, key] = session.connection().execute(found.limit(1)).first() is not None
        return bool(known[sets, key])

    return reach.admits(scope, in_large)


@contextmanager
def remembered(session: Session) -> Iterator[None]:
    """Let `admits` ask the database once for each key in a block that stores nothing."""
    if ASKED in session.info:  # within a block that does so already
        yield
        return
    session.info[ASKED] = {}
    try:
        yield
    finally:
        del session.info[ASKED]


def old_scope(state: InstanceState[Any]) -> dict[str, int | None]:
    """Return the scope that the row has in the database."""
    return {key: _value(state, name, old=True) for key, name in COLUMNS.items()}


def new_scope(state: InstanceState[Any]) -> dict[str, int | None]:
    """Return the scope that the row will have."""
    return {key: _value(state, name, old=False) for key, name in COLUMNS.items()}


def _value(state: InstanceState[Any], name: str, *, old: bool) -> int | None:
    mapper = state.mapper
    real = mapper.synonyms[name].name if name in mapper.synonyms else name
    history = state.attrs[real].load_history()
    before = history.deleted or history.unchanged
    if old and state.persistent and not before:
        msg = f"the stored {name} of a {mapper.class_.__name__} is not known; load it first"
        raise UnguardedStatement(msg)
    known = (before or history.added) if old else (history.added or history.unchanged)
    value: Any = known[0] if known else None
    if value is not None and not isinstance(value, int):
        raise UnguardedStatement(f"{mapper.class_.__name__}.{name} must be a plain key")
    return value


def _moves(item: Any) -> bool:
    state: InstanceState[Any] = inspect(item)
    return old_scope(state) != new_scope(state)
