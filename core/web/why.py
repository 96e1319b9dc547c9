"""The page behind every "Why?": which element of the rights allows an act, or is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from sqlalchemy import inspect, select

from core.access.declarations import Protected
from core.access.explain import Explanation, explain
from core.access.records import may_on
from core.access.resources import resource_of
from core.access.who import BEFORE_ANY_RECORD
from core.access.words import resource_words, verb_words
from core.addons.registry import registry
from core.contributions import Resource, Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.unit_of_work import current_unit
from core.web.addresses import came_from
from core.web.edge import MAX_INTEGER
from core.web.navigation import list_address

WHO = "core.who"  # the right to learn what others may do


@dataclass(frozen=True, slots=True)
class Asked:
    """One act that may be asked about, and the answer in short."""

    words: str
    url: str
    allowed: bool
    here: bool


def why_page(args: Mapping[str, str]) -> str:
    """Explain an act on a kind of records, or on one that the reader may see.

    Raises NotFound for an unknown kind or act, and for a record that does not exist or is not
    seen: these look the same, so that nothing can be learnt by asking.
    """
    unit = current_unit()
    resource = asked_resource(args.get("resource", ""))
    record = asked_record(resource, args["record"]) if "record" in args else None
    offered = [a for a in resource.actions if record is None or a not in BEFORE_ANY_RECORD]
    action = args.get("action", Verb.QUERY)
    if action not in offered:
        raise not_found()

    return render_template(
        "web/why.html",
        kind=resource_words(resource.key),
        label=resource.label(record) if record is not None and resource.label else "",
        back=way_back(resource, args.get("record")),
        explanation=explain(unit.session, unit.actor, action, record, resource=resource.key),
        verb=verb_words(action),
        who_url=who_address(resource.key, args["record"]) if record is not None else None,
        asked=[
            Asked(
                verb_words(verb),
                _address(resource.key, verb, args.get("record")),
                _allowed(resource, verb, record),
                verb == action,
            )
            for verb in offered
        ],
    )


def explanation_for(key: str, action: str, record_id: int | None) -> Explanation:
    """Explain a refusal, of one record where it names one."""
    unit, resource = current_unit(), resource_of(key)
    record = None
    if resource is not None and record_id is not None:
        record = asked_record(resource, str(record_id))
    return explain(unit.session, unit.actor, action, record, resource=key)


def why_address(key: str, action: str, record_id: int | None = None) -> str | None:
    """Return where an act is explained; None for what nobody has declared."""
    resource = resource_of(key)
    if resource is None or action not in resource.actions:
        return None
    return _address(key, action, record_id)


def who_address(key: str, record: str | int) -> str | None:
    """Return where the accounts that may do something with a record are named; None: not shown."""
    if not current_unit().access.may(WHO, Verb.QUERY):
        return None
    return url_for("web.who", resource=key, record=record)


def _address(key: str, action: str, record: str | int | None) -> str:
    return url_for("web.why", resource=key, action=str(action), record=record)


def asked_resource(key: str) -> Resource:
    """Return a kind of records whose module is on; raise NotFound."""
    resource = resource_of(key)
    if resource is None or not registry().is_on(registry().owner_of(resource)):
        raise not_found()
    return resource


def asked_record(resource: Resource, number: str) -> Any:
    """Load a record under the reader's own right to see it."""
    unit, model = current_unit(), resource.model
    plain = number.isascii() and number.isdigit() and len(number) <= len(str(MAX_INTEGER))
    digits = plain and int(number) <= MAX_INTEGER
    seen = unit.access.may(resource.key, Verb.QUERY)
    if model is None or not digits or not (seen or issubclass(model, Protected)):
        raise not_found()
    (key,) = inspect(model).primary_key
    found = unit.session.scalar(select(model).where(key == int(number)))
    if found is None:
        raise not_found()
    return found


def _allowed(resource: Resource, verb: str, record: Any) -> bool:
    """Tell in short what explain() says at length; who got here sees the record."""
    if verb == Verb.QUERY and isinstance(record, Protected):
        return True
    return may_on(record, verb, resource.key)


def way_back(resource: Resource, record: str | None) -> str | None:
    """Return where the reader came from: the record, else the page or the list."""
    if record is None or resource.endpoint is None:
        came = came_from()
        elsewhere = came is not None and not came.startswith(url_for("web.why"))
        return came if elsewhere else list_address(resource.key)
    return url_for(resource.endpoint, record_id=int(record))


def not_found() -> NotFound:
    """Return the answer that tells nothing."""
    return NotFound(_("Not found, or outside your range."))
