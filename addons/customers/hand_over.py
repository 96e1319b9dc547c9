"""Handing accounts to another manager, many at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from addons.customers.fields import given_reason
from addons.customers.models import CUSTOMER, Customer
from addons.customers.services import place_of
from core.access.flush_guard import admits
from core.access.giving import give_many
from core.access.records import load_among, require
from core.clock import now, today
from core.contributions import Event, Verb
from core.errors import NotFound, Refused
from core.events.services import publish
from core.i18n import gettext as _
from core.i18n import join_words, ngettext
from core.notifications.services import Notice, notify
from core.organisation.models import Employee
from core.unit_of_work import current_session, current_unit

AT_ONCE = 20_000
NAMED = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One account in the preview: what it is, who has it, and why it cannot go (or "")."""

    customer_id: int
    code: str
    name: str
    manager: str
    problem: str


def preview(customer_ids: Iterable[int], to_employee_id: int | None) -> list[Line]:
    """Return what a hand-over would do, one line for each account that the actor may see."""
    require(CUSTOMER, Verb.ASSIGN)
    wanted = _checked_ids(customer_ids)
    session = current_session()
    nobody = to_employee_id is None  # not chosen yet, so nothing can be the same
    assignable = {customer.id for customer in _assignable(wanted)}
    found = session.execute(
        select(Customer, Employee.name)
        .outerjoin(Employee, Employee.id == Customer.scope_owner_id)
        .where(Customer.id.in_(wanted))
        .order_by(Customer.code)
    )
    return [
        Line(
            one.id,
            one.code,
            one.shown_name,
            manager or "",
            _problem(
                assignable=one.id in assignable,
                same=one.scope_owner_id == to_employee_id and not nobody,
            ),
        )
        for one, manager in found
    ]


def hand_over(customer_ids: Iterable[int], *, to_employee_id: int, reason: str) -> int:
    """Give accounts to another manager and return how many moved; all of them or none.

    The new manager's unit becomes the accounts' unit. Needs `assign` over every account and over
    the place where it goes. Raises NotAllowed, NotFound or Refused naming the accounts.
    """
    require(CUSTOMER, Verb.ASSIGN)
    wanted = _checked_ids(customer_ids)
    reason = given_reason(reason)
    if not reason:
        raise Refused(_("Say why."), fields={"reason": [_("A hand-over needs a reason.")]})
    _owner, unit_id = place_of(to_employee_id, field="to_employee_id")
    customers = _assignable(wanted)
    _refuse_missing(wanted, customers)
    _refuse_destination(customers, to_employee_id, unit_id)
    moving = [one for one in customers if one.scope_owner_id != to_employee_id]
    if not moving:
        raise Refused(_("These customers are with this manager already."))
    _give(moving, to_employee_id, unit_id, reason)
    return len(moving)


def hand_over_all(from_employee_id: int, to_employee_id: int, reason: str) -> int:
    """Give every account of one manager, however many, to another; return how many moved.

    For somebody who leaves. Needs `assign` like `hand_over`, over all of them.
    """
    require(CUSTOMER, Verb.ASSIGN)
    _owner, unit_id = place_of(to_employee_id, field="to_employee_id")
    mine = select(Customer).where(Customer.scope_owner_id == from_employee_id).order_by(Customer.id)
    customers = load_among(mine, Verb.ASSIGN)
    _refuse_destination(customers, to_employee_id, unit_id)
    _give(customers, to_employee_id, unit_id, reason)
    return len(customers)


def _give(customers: Sequence[Customer], to: int, unit_id: int | None, reason: str) -> None:
    session, current_unit().reason = current_session(), reason
    events = [
        Event(
            type="customers.handed_over",
            record_id=customer.id,
            at=now(),
            payload={"from": customer.scope_owner_id, "to": to},
        )
        for customer in customers
    ]
    ids = [customer.id for customer in customers]  # they may be out of sight afterwards
    before = Counter(customer.scope_owner_id for customer in customers)
    give_many(session, customers, {"owner": to, "org": unit_id})
    publish(session, *events)
    _tell(ids, to)
    for former, number in before.items():
        if former is not None:
            _tell_former(former, number, to)


def _tell_former(former: int, number: int, to: int) -> None:
    """Tell whoever had the accounts in one line; they may be out of their sight now."""
    unit = current_unit()
    if former in (to, unit.actor.employee_id):
        return
    successor = current_session().get_one(Employee, to).name

    def title() -> str:
        return ngettext(
            "%(name)s handed %(num)s account of yours to %(other)s",
            "%(name)s handed %(num)s accounts of yours to %(other)s",
            number,
            name=unit.actor.label,
            other=successor,
        )

    notice = Notice(
        kind="customers.handed_over",
        key=f"handed-away:{unit.id}:{former}",
        title=title,
        endpoint="customers.index",
    )
    notify(current_session(), notice, employees=[former])


def _tell(ids: Sequence[int], to: int) -> None:
    """Tell the new manager in one line; it leads to the account, or to what came on that day."""
    unit, number, day = current_unit(), len(ids), today().isoformat()
    if not ids or unit.actor.employee_id == to:
        return

    def title() -> str:
        return ngettext(
            "%(name)s handed %(num)s account to you",
            "%(name)s handed %(num)s accounts to you",
            number,
            name=unit.actor.label,
        )

    one = ids[0] if number == 1 else None
    notice = Notice(
        kind="customers.handed_over",
        key=f"handed:{unit.id}:{to}",
        title=title,
        resource=CUSTOMER if one is not None else None,
        record_id=one,
        endpoint="customers.index",
        arguments={"manager": to, "handed_from": day, "handed_to": day},
    )
    notify(current_session(), notice, employees=[to])


def _checked_ids(customer_ids: Iterable[int]) -> list[int]:
    wanted = sorted(set(customer_ids))
    if not wanted:
        raise Refused(_("Choose at least one customer."))
    if len(wanted) > AT_ONCE:
        raise Refused(_("At most %(limit)d customers at once.", limit=AT_ONCE))
    return wanted


def _assignable(wanted: Sequence[int]) -> Sequence[Customer]:
    return load_among(
        select(Customer).where(Customer.id.in_(wanted)).order_by(Customer.id), Verb.ASSIGN
    )


def _refuse_missing(wanted: Sequence[int], customers: Sequence[Customer]) -> None:
    missing = set(wanted) - {customer.id for customer in customers}
    if not missing:
        return
    visible = current_session().execute(
        select(Customer.code, Customer.name)
        .where(Customer.id.in_(missing))
        .order_by(Customer.code)
        .limit(NAMED)
    )
    named = [f"{code} {name}" for code, name in visible]
    if not named:
        raise NotFound(_("Nothing was handed over: some customers were not found in your range."))
    raise Refused(
        _(
            "Nothing was handed over: you may not assign %(names)s.",
            names=join_words(named),
        )
    )


def _refuse_destination(
    customers: Sequence[Customer], employee_id: int, unit_id: int | None
) -> None:
    reach = current_unit().access.reach(CUSTOMER, Verb.ASSIGN)
    session = current_session()
    for customer in customers:
        scope = {"org": unit_id, "customer": customer.id, "owner": employee_id}
        if not admits(session, reach, scope):
            words = _("This person is outside the range to which you may assign.")
            raise Refused(_("Nothing was handed over."), fields={"to_employee_id": [words]})


def _problem(*, assignable: bool, same: bool) -> str:
    if not assignable:
        return str(_("You may not assign this customer."))
    return str(_("With this manager already.")) if same else ""
