"""Publishing events and replaying them for a consumer that came later."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.addons.registry import registry
from core.audit.services import record
from core.audit.values import as_json
from core.contributions import Event
from core.errors import ProgrammingFault, Refused
from core.events.models import StoredEvent
from core.i18n import gettext as _
from core.jobs.services import enqueue

DELIVER = "events.deliver"
REPLAY = "events.replay"


def publish(session: Session, event: Event) -> int:
    """Store an event in the caller's unit of work, with one delivery job per consumer.

    Nothing runs before the commit, and nothing is left if it does not come. Returns the event's
    id. Raises ProgrammingFault for a type that no enabled add-on declares.
    """
    declared = next((kind for kind in registry().event_types() if kind.key == event.type), None)
    if declared is None:
        msg = f"nobody declares the event {event.type!r}"
        raise ProgrammingFault(msg)
    session.flush()
    actor = session.info["unit"].actor
    event_id = session.execute(
        insert(StoredEvent)
        .values(
            type=event.type,
            record_id=event.record_id,
            at=event.at,
            payload=as_json(dict(event.payload)),
            actor_user_id=event.actor_user_id or actor.user_id,
            addon=registry().owner_of(declared),
        )
        .returning(StoredEvent.id)
    ).scalar_one()
    for consumer in consumers():
        enqueue_delivery(session, event_id, consumer)
    return event_id


def consumers() -> list[str]:
    """Return the names of those who react to events now ("core" or an enabled add-on)."""
    return list(dict.fromkeys(one.owner for one in registry().implementations("on_event")))


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
