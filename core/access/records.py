"""What services and queries ask before they touch a record: the verb, and the row in its range."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from sqlalchemy import Select, inspect, select

from core.access.context import resolve_context
from core.access.declarations import Protected
from core.access.flush_guard import admits, old_scope
from core.access.guarded_session import GuardedSession
from core.access.resources import check_declared, resource_of
from core.access.uses import note
from core.actor import Actor
from core.addons.registry import registry
from core.contributions import Resource, Verb
from core.errors import Conflict, NotAllowed, NotFound
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit

Record = TypeVar("Record")
DEMANDED = "sunmao_demanded"  # (resource, verb) that the services of this unit have asked for


def require(resource: str, action: str) -> None:
    """Raise NotAllowed unless the actor holds the verb somewhere, now."""
    require_in(current_session(), resource, action)


def require_in(session: GuardedSession, resource: str, action: str) -> None:
    """Raise NotAllowed unless the session's actor holds the verb somewhere, now.

    Raises ProgrammingFault for a verb that nobody declares, as all do here that demand one.
    """
    check_declared(resource, action)
    if not session.access.may(resource, action):
        raise NotAllowed(
            _("You do not hold the right for this act."), missing=(str(resource), str(action))
        )
    demanded = (str(resource), str(action))
    session.info.setdefault(DEMANDED, set()).add(demanded)
    note(session, [demanded])


def load(model: type[Record], record_id: int, action: str) -> Record:
    """Return one record for an act.

    Raises NotFound when it does not exist or is outside the actor's range (both look the same),
    NotAllowed when the actor may see it but not do this.
    """
    check_declared(_resource(model), action)
    record = _load(model, record_id, action)
    if record is not None and (action == Verb.QUERY or _is_seen(record)):
        note(current_session(), [(_resource(model), str(action))])
        return record
    if record is not None:
        raise NotFound(_("Not found, or outside your range."))
    if action != Verb.QUERY and _load(model, record_id, Verb.QUERY) is not None:
        raise NotAllowed(
            _("You may see this record, but not do this with it."),
            missing=(_resource(model), str(action)),
            record_id=record_id,
        )
    raise NotFound(_("Not found, or outside your range."))


def load_among(statement: Select[Any], action: str) -> list[Any]:
    """Return those of the records that a statement finds which the actor sees and may do this with.

    What `load` demands of one, for many, in two statements; in the order of the statement.
    """
    session = current_session()
    (entity,) = statement.column_descriptions
    check_declared(_resource(entity["type"]), action)
    (key,) = inspect(entity["type"]).primary_key
    found = session.scalars(statement.execution_options(action=str(action))).all()
    seen = set(session.scalars(statement.with_only_columns(key).order_by(None)))
    mine = [record for record in found if inspect(record).identity[0] in seen]
    note(session, {(_resource(type(record)), str(action)) for record in mine})
    return mine


def may_on(record: Any, action: str, resource: str = "") -> bool:
    """Tell whether the actor may do this with a record that is at hand.

    `resource` names a kind of children, to ask whether one may be put to this record. Pages ask it
    before they offer an act; the services stay the judge.
    """
    key = resource or _resource(type(record))
    access = current_unit().access
    if not isinstance(record, Protected) or not access.may(key, action):
        return access.may(key, action)
    return admits(current_session(), access.reach(key, action), old_scope(inspect(record)))


def require_on(record: Any, action: str, resource: str = "") -> None:
    """Raise NotAllowed unless `may_on`."""
    check_declared(resource or _resource(type(record)), action)
    if not may_on(record, action, resource):
        raise NotAllowed(
            _("You may see this record, but not do this with it."),
            missing=(resource or _resource(type(record)), str(action)),
            record_id=inspect(record).identity[0],
        )
    note(current_session(), [(resource or _resource(type(record)), str(action))])


def covered(resource: str, ids: Collection[int], action: str) -> set[int]:
    """Return those of these records, all of which the actor sees, with which it may do this."""
    access, declared = current_unit().access, resource_of(resource)
    if declared is None or declared.model is None or not ids or not access.may(resource, action):
        return set()
    if access.reach(resource, action) == access.reach(resource, Verb.QUERY):
        return set(ids)
    (key,) = inspect(declared.model).primary_key
    found = select(key).select_from(declared.model).where(key.in_(ids))
    return set(current_session().scalars(found.execution_options(action=str(action))))


def visible(session: GuardedSession, resource: str, ids: Collection[int]) -> dict[int, Any]:
    """Return those records of a kind that the session's actor may see, by id, in one statement.

    Nothing for a kind that nobody declares or whose add-on is off.
    """
    declared = _readable(session, resource)
    if declared is None or not ids:
        return {}
    (key,) = inspect(declared.model).primary_key
    rows = session.scalars(select(declared.model).where(key.in_(ids)))
    return {inspect(row).identity[0]: row for row in rows}


def visible_to(
    session: GuardedSession, actor: Actor, resource: str, ids: Collection[int]
) -> set[int]:
    """Return the ids of those records that another actor may see, with that actor's own rights."""
    unit = session.info["unit"]
    other = unit.new_session(resolve_context(unit.connection, actor))
    try:
        declared = _readable(other, resource)
        if declared is None or not ids:
            return set()
        (key,) = inspect(declared.model).primary_key
        return set(other.scalars(select(key).select_from(declared.model).where(key.in_(ids))))
    finally:
        other.close()


def check_version(record: Any, row_version: int | None, yours: Mapping[str, object]) -> None:
    """Raise Conflict when the record changed after the version that the form was made from."""
    if row_version is not None and record.row_version != row_version:
        raise Conflict(
            _("Somebody else changed this record first. Nothing of yours was stored."),
            theirs={key: getattr(record, key, None) for key in yours},
            yours=dict(yours),
        )


def _load(model: type[Record], record_id: int, action: str) -> Record | None:
    if not current_unit().access.may(_resource(model), action):
        return None
    (key,) = inspect(model).primary_key
    statement: Any = select(model).where(key == record_id)
    found: Record | None = current_session().scalar(statement.execution_options(action=str(action)))
    return found


def _is_seen(record: Any) -> bool:
    """Tell whether the actor may see a record that it may do something with: acts show it."""
    reach = current_unit().access.reach(_resource(type(record)), Verb.QUERY)
    if not isinstance(record, Protected) or reach.is_everything:
        return True
    if admits(current_session(), reach, old_scope(inspect(record))):
        return True
    return _load(type(record), inspect(record).identity[0], Verb.QUERY) is not None


def _resource(model: Any) -> str:
    return str(model.__resource__)


def _readable(session: GuardedSession, resource: str) -> Any:
    """Return the declaration of a kind of record of which the session's actor may see some."""
    declared: Resource | None = resource_of(resource)
    if declared is None or declared.model is None:
        return None
    is_on = registry().is_on(registry().owner_of(declared))
    return declared if is_on and session.access.may(resource, Verb.QUERY) else None
