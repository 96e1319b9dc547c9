"""Every flush leaves its trace: inserts, updates and deletes of audited records."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import event, inspect
from sqlalchemy.orm import UOWTransaction
from sqlalchemy.orm.util import identity_key

from core.access.declarations import COLUMNS, Child, Scoped
from core.access.flush_guard import new_scope, remembered
from core.access.guarded_session import GuardedSession
from core.addons.registry import registry
from core.audit.behalf import for_change, for_scopes
from core.audit.services import LONGEST_LABEL, write
from core.audit.values import changes_of, snapshot
from core.contributions import Verb


def is_audited(instance: Any) -> bool:
    """Tell whether changes of this record are kept: rows with a scope, or `__audited__ = True`."""
    return isinstance(instance, Scoped | Child) or getattr(instance, "__audited__", False)


@event.listens_for(GuardedSession, "after_flush")
def record_flush(session: GuardedSession, _context: UOWTransaction) -> None:
    """Write one entry per changed record, in one statement, on the flush's own transaction.

    It runs after the flush because new records have their ids then, while the history of their
    attributes is still there.
    """
    unit = session.info.get("unit")
    if unit is None:
        return
    with remembered(session):
        entries = [
            _entry(session, instance, Verb.CREATE, snapshot(instance, new=True))
            for instance in session.new
            if is_audited(instance)
        ]
        entries += [
            _entry(session, instance, Verb.UPDATE, changes)
            for instance in session.dirty
            if is_audited(instance) and (changes := changes_of(instance))
        ]
        entries += [
            _entry(session, instance, Verb.DELETE, snapshot(instance, new=False))
            for instance in session.deleted
            if is_audited(instance)
        ]
    if entries:
        write(session.connection(), unit, entries)


def record_added(session: GuardedSession, records: Sequence[Any]) -> None:
    """Write the entries of new records of which no flush knows."""
    entries = [_noted(one, Verb.CREATE, snapshot(one, new=True)) for one in records]
    if session.access.grants.lenders:
        with remembered(session):
            for one, entry in zip(records, entries, strict=True):
                scope = new_scope(inspect(one))
                entry.update(for_scopes(session, one.__resource__, Verb.CREATE, scope))
    write(session.connection(), session.info["unit"], entries)


def record_moved(
    session: GuardedSession,
    records: Sequence[Any],
    before: Sequence[Mapping[str, Any]],
    after: Mapping[str, Any],
) -> None:
    """Write the entries of records that one statement has moved; `before` goes by dimension."""
    entries = []
    with remembered(session):
        for one, scope in zip(records, before, strict=True):
            old = {COLUMNS[key]: value for key, value in scope.items()}
            changes = {k: [old[k], value] for k, value in after.items() if old[k] != value}
            if changes:
                said = for_scopes(session, one.__resource__, Verb.ASSIGN, scope)
                entries.append(_noted(one, Verb.UPDATE, changes) | said)
    if entries:
        write(session.connection(), session.info["unit"], entries)


def _entry(
    session: GuardedSession, instance: Any, action: str, changes: dict[str, list[Any]]
) -> dict[str, Any]:
    said = for_change(session, instance, resource_key(type(instance)), action)
    return _noted(instance, action, changes) | said


def _noted(instance: Any, action: str, changes: dict[str, list[Any]]) -> dict[str, Any]:
    resource = resource_key(type(instance))
    identity = inspect(instance).mapper.primary_key_from_instance(instance)
    whole = len(identity) == 1 and isinstance(identity[0], int)
    return {
        "action": str(action),
        "resource": resource,
        "record_id": identity[0] if whole else None,
        "label": _label(resource, instance),
        "changes": changes if whole else {"key": [None, str(identity)], **changes},
    }


def resource_key(model: type[Any]) -> str:
    """Return the key under which records of a class are kept.

    It is the resource, for the class that the resource declares; a further class under the same
    right (a child) has ids of its own, so it is kept under its table's name.
    """
    key = getattr(model, "__resource__", None)
    declared = registry().resources.get(key) if key else None
    shared = declared and declared.model and not issubclass(model, declared.model)
    return str(model.__tablename__ if shared or not key else key)


def _record_above(instance: Any) -> Any:
    """Return the record to which a part belongs or a remark hangs on, if it is loaded already."""
    state = inspect(instance)
    if isinstance(instance, Child):
        return state.dict.get(instance.__parent__)
    declared = registry().resources.get(state.dict.get("resource", ""))
    record_id = state.dict.get("record_id")
    if declared is None or declared.model is None or None in (state.session, record_id):
        return None
    return state.session.identity_map.get(identity_key(declared.model, record_id))


def _label(resource: str, instance: Any) -> str:
    declared = registry().resources.get(resource)
    label_of: Callable[[Any], str] | None = declared.label if declared else None
    if label_of is None:
        above = _record_above(instance)
        return "" if above is None else _label(resource_key(type(above)), above)
    try:
        return str(label_of(instance))[:LONGEST_LABEL]
    except Exception:  # an add-on's label must not break its own save
        current_app.logger.warning("label of %s failed", resource, exc_info=True)
        return ""
