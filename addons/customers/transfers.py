"""Accounts follow their manager into another unit."""

from sqlalchemy import update

from addons.customers.models import Customer
from core.access.bulk import bulk_write
from core.contributions import Event
from core.unit_of_work import current_session


def follow_manager(event: Event) -> None:
    """Move the accounts of an employee from the old unit to the new one; others stay.

    An account that was put under a third unit on purpose stays there.
    """
    statement = (
        update(Customer)
        .where(
            Customer.scope_owner_id == event.record_id,
            Customer.scope_org_id == event.payload["from_unit_id"],
        )
        .values(scope_org_id=event.payload["to_unit_id"])
    )
    bulk_write(current_session(), statement, "their manager moved to another unit")
