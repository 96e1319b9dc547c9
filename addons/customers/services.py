"""Verbs about accounts: create, change, delete. Stages and hand-over have files of their own."""

from datetime import date

from sqlalchemy import func, select

from addons.customers import stage_moves
from addons.customers.codes import next_codes
from addons.customers.fields import CustomerFields, check, fields_of, store
from addons.customers.models import (
    CUSTOMER,
    Contact,
    Customer,
    Network,
    Opportunity,
    StageMove,
)
from addons.customers.stages import Stage
from core.access.places import Place, places_for
from core.access.records import load, require
from core.clock import today
from core.consent.acts import act_of, by_several
from core.contributions import Verb
from core.errors import Conflict, NotAllowed, Refused
from core.i18n import gettext as _
from core.i18n import join_sentences
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.unit_of_work import current_session, current_unit


def create_customer(
    fields: CustomerFields,
    *,
    manager_id: int | None = None,
    stage: str = Stage.PROSPECT,
    since: date | None = None,
) -> Customer:
    """Create an account and return it; the actor's employee manages it unless named.

    `stage` is where it already stands and `since` (today by default) the day it got there; every
    stage passed is recorded. Raises NotAllowed or Refused.
    """
    require(CUSTOMER, Verb.CREATE)
    session = current_session()
    day = stage_moves.checked_day(since or today(), not_before=None, field="since")
    owner = manager_id if manager_id is not None else current_unit().actor.employee_id
    place = place_of(owner)
    refuse_place(place)
    customer = new_customer(check(fields), owner=place, code=next_codes(1)[0], since=day)
    session.add(customer)
    stage_moves.enter(customer, stage, day)
    session.flush()
    return customer


def new_customer(
    fields: CustomerFields, *, owner: tuple[int | None, int | None], code: str, since: date
) -> Customer:
    """Build an account from checked fields and (manager, unit), not yet added to the session."""
    customer = Customer(
        code=code,
        name_en="",
        external_code="",
        registration_no="",
        stage=Stage.PROSPECT,
        stage_since=since,
        scope_owner_id=owner[0],
        scope_org_id=owner[1],
    )
    store(customer, fields)
    return customer


def place_of(employee_id: int | None, *, field: str = "manager_id") -> Place:
    """Return (manager, unit) of an active employee; raise Refused on `field` for anybody else."""
    if employee_id is None:
        return None, None
    employee = current_session().get(Employee, employee_id)
    if employee is None or not employee.active:
        raise Refused(
            _("This person cannot manage customers."),
            fields={field: [_("Choose somebody who is active.")]},
        )
    return employee_id, employee.unit_id


def refuse_place(place: Place) -> None:
    """Raise NotAllowed, naming the field, unless the actor may create accounts in this place."""
    if places_for(Customer)(place):
        return
    words = place_words(place[0])
    raise NotAllowed(words, fields={"manager_id": [words]}, missing=(CUSTOMER, Verb.CREATE))


def place_words(manager_id: int | None) -> str:
    """Say why accounts cannot be created for a manager; None is nobody."""
    if manager_id is None:
        return _("A customer without a manager would lie outside your range: choose one.")
    return _("You may not create customers for this person: choose somebody in your range.")


def update_customer(customer_id: int, fields: CustomerFields, *, row_version: int) -> Customer:
    """Change an account; raise Conflict when somebody changed it after `row_version`."""
    customer = load(Customer, customer_id, Verb.UPDATE)
    checked = check(fields, fields_of(customer))
    if customer.row_version != row_version:
        raise Conflict(
            _("Somebody else changed this customer first. Nothing of yours was stored."),
            theirs={key: getattr(customer, key) for key in CustomerFields.__slots__},
            yours={key: getattr(checked, key) for key in CustomerFields.__slots__},
        )
    if checked != fields_of(customer):
        store(customer, checked)
        current_session().flush()
    return customer


@by_several(
    "customers.delete_customer",
    title=_l("Delete a customer"),
    needs=(CUSTOMER, Verb.DELETE),
    record="customer_id",
)
def delete_customer(customer_id: int) -> None:
    """Delete an account on which nothing hangs but its own history; otherwise raise Refused."""
    customer = load(Customer, customer_id, Verb.DELETE)
    in_the_way = obstacles(customer)
    if in_the_way:
        raise Refused(
            _(
                "%(name)s was not deleted. %(why)s",
                name=customer.shown_name,
                why=join_sentences(in_the_way),
            )
        )
    session = current_session()
    for model in (StageMove, Network):
        for row in session.scalars(
            select(model).where(model.customer_id == customer_id).execution_options(action="delete")
        ):
            session.delete(row)
    session.flush()
    session.delete(customer)
    session.flush()


ACTS = (act_of(delete_customer),)


def obstacles(customer: Customer) -> list[str]:
    """Say why an account cannot be deleted, and what to do about it; nothing when it can."""
    people, business = _hanging(Contact, customer), _hanging(Opportunity, customer)
    found = []
    if people:
        found.append(_("It has contact persons: %(count)d. Remove them first.", count=people))
    if business:
        found.append(
            _(
                "It has opportunities: %(count)d. Delete them first; with closed ones, the "
                "customer is kept.",
                count=business,
            )
        )
    if customer.stage != Stage.PROSPECT:
        found.append(
            _("It is beyond the stage of a prospect. If that is a mistake, move it back first.")
        )
    return found


def _hanging(model: type[Contact | Opportunity], customer: Customer) -> int:
    mine = select(func.count()).select_from(model).where(model.customer_id == customer.id)
    return current_session().scalar(mine) or 0
