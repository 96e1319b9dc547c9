"""The events that the organisation publishes."""

from core.clock import now
from core.contributions import Event, EventType
from core.events.services import publish
from core.i18n import lazy_gettext as _l
from core.organisation.resources import Permission
from core.unit_of_work import current_session

EMPLOYEE_MOVED = "organisation.employee_moved"
EVENT_TYPES = (
    EventType(
        key=EMPLOYEE_MOVED,
        title=_l("An employee moved to another unit"),
        resource=Permission.EMPLOYEE,
    ),
)


def publish_move(employee_id: int, *, from_unit_id: int, to_unit_id: int) -> None:
    """Tell that an employee now belongs to another unit; add-ons let the records follow."""
    payload = {"from_unit_id": from_unit_id, "to_unit_id": to_unit_id}
    event = Event(type=EMPLOYEE_MOVED, record_id=employee_id, at=now(), payload=payload)
    publish(current_session(), event)
