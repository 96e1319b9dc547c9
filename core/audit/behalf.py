"""What an entry says of those as whose substitute its actor acts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm.util import identity_key

from core.access.behalf import acts_for, widening
from core.access.declarations import Protected
from core.access.flush_guard import admits, allows, old_scope
from core.access.records import DEMANDED
from core.access.resources import has_rows
from core.accounts.models import User
from core.addons.registry import registry
from core.contributions import Verb
from core.organisation.models import Employee

LONGEST = 200
CALLED = "sunmao_called"
READING = (Verb.QUERY, Verb.ANALYSE, Verb.EXPORT)
BULK = {"insert": Verb.CREATE, "update": Verb.UPDATE, "delete": Verb.DELETE}


def for_change(session: Any, instance: Any, resource: str, action: str) -> dict[str, Any]:
    """Return it for what a flush does to a record."""
    access = session.access
    if not access.grants.lenders:
        return {}
    if isinstance(instance, Protected):
        return _said(session, acts_for(access, lambda part: allows(session, instance, part)))
    return _for_demanded(session, getattr(instance, "__resource__", resource), action)


def for_scopes(
    session: Any, resource: str, verb: str, *scopes: Mapping[str, int | None]
) -> dict[str, Any]:
    """Return it for a record that lies, and before lay, in these scopes."""
    if not session.access.grants.lenders:
        return {}

    def admitted(part: Any) -> bool:
        reach = part.reach(resource, verb)
        return all(admits(session, reach, scope) for scope in scopes)

    return _said(session, acts_for(session.access, admitted))


def for_act(session: Any, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return it for an act: by the record where that is at hand, else by the whole range."""
    access, resource, record_id = session.access, entry["resource"], entry["record_id"]
    verb = BULK.get(entry["changes"].get("statement"), entry["action"])
    declared = registry().resources.get(resource) if access.grants.lenders else None
    if declared is None:
        return {}
    known = verb in declared.actions
    if not known and record_id is not None and not has_rows(declared):
        return _for_demanded(session, resource, verb)
    if record_id is not None and declared.model is not None:
        item = session.identity_map.get(identity_key(declared.model, record_id))
        if isinstance(item, Protected):
            asked = verb if known else Verb.QUERY
            return for_scopes(session, resource, asked, old_scope(inspect(item)))
    return _said(session, widening(access, resource, verb)) if known else {}


def _for_demanded(session: Any, resource: str, action: str) -> dict[str, Any]:
    """Return it for what no range limits: by the verbs that the services have demanded for it.

    Such a verb is often another one than what was done: industries are added by who configures.
    """
    declared = registry().resources.get(resource)
    demanded = {one for one in session.info.get(DEMANDED, ()) if one[1] not in READING}
    asked = {one for one in demanded if one[0] == resource} or demanded
    if not asked and declared is not None and action in declared.actions:
        asked = {(resource, action)}
    if not asked:
        return {}
    return _said(
        session, acts_for(session.access, lambda part: all(part.may(*one) for one in asked))
    )


def _said(session: Any, lenders: Sequence[int]) -> dict[str, Any]:
    """Return the columns of an entry; names are asked for once in a session."""
    if not lenders:
        return {}
    known = session.info.setdefault(CALLED, {})
    if lenders not in known:
        known[lenders] = _called(session, lenders)
    return {"for_user_id": lenders[0], "for_label": known[lenders]}


def _called(session: Any, lenders: Sequence[int]) -> str:
    named = func.coalesce(Employee.name, User.login)
    rows = select(named).select_from(User).outerjoin(Employee, Employee.id == User.employee_id)
    found = session.connection().execute(rows.where(User.id.in_(lenders)).order_by(User.id))
    return " + ".join(found.scalars())[:LONGEST]
