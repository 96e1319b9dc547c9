"""Publishing events and replaying them for a consumer that came later."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.addons.registry import Implementation, registry
from core.audit.services import record
from core.audit.values import as_json
from core.contributions import Event
from core.errors import Refused, undeclared
from core.events.models import StoredEvent
from core.i18n import gettext as _
from core.jobs.services import enqueue

DELIVER = "events.deliver"
REPLAY = "events.replay"


def publish(session: Session, *events: Event) -> list[int]:
    """Store events in the caller's unit of work, each with one delivery job per consumer.

    Nothing runs before the commit, and nothing is left if it does not come. Returns the events'
    ids. Raises ProgrammingFault for a type that no enabled add-on declares.
    """
    session.flush()
    if not events:
        return []
    actor, kinds = session.info["unit"].actor, {event.type for event in events}
    # asked once a kind: which add-ons are on stands in the database, and events come in thousands
    owners = {kind: _owner(kind) for kind in kinds}
    reacting = {kind: consumers(kind) for kind in kinds}
    stored = session.scalars(
        insert(StoredEvent).returning(StoredEvent.id, sort_by_parameter_order=True),
        [
            {
                "type": event.type,
                "record_id": event.record_id,
                "at": event.at,
                "payload": as_json(dict(event.payload)),
                "actor_user_id": event.actor_user_id or actor.user_id,
                "addon": owners[event.type],
            }
            for event in events
        ],
    )
    ids = list(stored)
    for event, event_id in zip(events, ids, strict=True):
        for consumer in reacting[event.type]:
            enqueue_delivery(session, event_id, consumer)
    return ids


def _owner(event_type: str) -> str:
    declared = next((kind for kind in registry().event_types() if kind.key == event_type), None)
    if declared is None:
        raise undeclared("event", event_type, [one.key for one in registry().event_types()])
    return registry().owner_of(declared)


def consumers(event_type: str | None = None) -> list[str]:
    """Return who reacts to events now, or to one type: "core" and names of enabled add-ons."""
    found = registry().implementations("on_event")
    return list(dict.fromkeys(one.owner for one in found if takes(one, event_type)))


def takes(reaction: Implementation, event_type: str | None) -> bool:
    """Tell whether a reaction wants events of a type; see `core.hookspecs.reacts_to`."""
    wanted = getattr(reaction.function, "event_types", None)
    return event_type is None or wanted is None or event_type in wanted


def enqueue_delivery(session: Session, event_id: int, consumer: str) -> int:
    """Put the delivery of one event to one consumer into the caller's unit of work.

    It runs as the system, because a reaction is the consumer's own duty and not something that
    the person who caused the event may or may not do; it is parked while the consumer is off.
    """
    return enqueue(
        session,
        DELIVER,
        {"event_id": event_id, "consumer": consumer},
        idempotency_key=f"event:{event_id}:{consumer}",
        as_system=True,
        addon=consumer,
    )


def replay(session: Session, kind: str, *, consumer: str) -> int:
    """Deliver all past events of a type to a consumer; those it has had are not repeated.

    Returns the id of the job that does it. Raises Refused for an unknown consumer.
    """
    if consumer not in consumers():
        raise Refused(_("%(name)s does not react to events.", name=consumer))
    record(session, "replay", "core.event", None, changes={"type": kind, "consumer": consumer})
    return enqueue(
        session, REPLAY, {"type": kind, "consumer": consumer}, as_system=True, addon=consumer
    )
