"""The jobs that carry events to their consumers, each consumer in a job of its own."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.addons.registry import registry
from core.clock import now
from core.contributions import Event, JobDef, Step
from core.events.models import Delivery, StoredEvent
from core.events.services import DELIVER, REPLAY, enqueue_delivery, takes
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun

REPLAY_BATCH = 100


def load_event(session: Session, event_id: int) -> Event:
    """Return a stored event as its consumers get it."""
    row = session.execute(select(StoredEvent).where(StoredEvent.id == event_id)).scalar_one()
    return Event(
        type=row.type,
        record_id=row.record_id,
        at=row.at,
        payload=row.payload,
        actor_user_id=row.actor_user_id,
        event_id=row.id,
    )


def deliver(run: JobRun) -> Step:
    """Give one event to one consumer; its effects and the note of delivery are one commit."""
    event_id, consumer = int(run.payload["event_id"]), str(run.payload["consumer"])
    if run.session.get(Delivery, (event_id, consumer)) is not None:
        return Step(done=True)
    event = load_event(run.session, event_id)
    for implementation in registry().implementations("on_event"):
        if implementation.owner == consumer and takes(implementation, event.type):
            implementation(event=event)
    run.session.add(Delivery(event_id=event_id, consumer=consumer, at=now()))
    return Step(done=True, note=event.type)


def replay_batch(run: JobRun) -> Step:
    """Enqueue the deliveries of the next events that this consumer has not had."""
    consumer = str(run.payload["consumer"])
    had = select(Delivery.event_id).where(
        Delivery.event_id == StoredEvent.id, Delivery.consumer == consumer
    )
    ids = (
        run.session.execute(
            select(StoredEvent.id)
            .where(StoredEvent.type == run.payload["type"], ~had.exists())
            .where(StoredEvent.id > run.cursor.get("after", 0))
            .order_by(StoredEvent.id)
            .limit(REPLAY_BATCH)
        )
        .scalars()
        .all()
    )
    for event_id in ids:
        enqueue_delivery(run.session, event_id, consumer)
    return Step(cursor={"after": ids[-1]}) if ids else Step(done=True)


JOBS = (
    JobDef(kind=DELIVER, title=_l("Pass on an event"), step=deliver, max_attempts=8),
    JobDef(kind=REPLAY, title=_l("Replay events for a late consumer"), step=replay_batch),
)
