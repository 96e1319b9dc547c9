"""What the events package contributes."""

from core.events.delivery import JOBS
from core.events.models import Delivery, StoredEvent
from core.hookspecs import gives

register_models = gives(StoredEvent, Delivery)
register_jobs = gives(*JOBS)
