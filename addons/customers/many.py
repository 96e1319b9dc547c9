"""Accounts by the thousand: created or changed in one go, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from addons.customers import services, stage_moves
from addons.customers.codes import next_codes
from addons.customers.fields import CustomerFields, check, fields_of, store
from addons.customers.models import CUSTOMER, Customer, Industry
from addons.customers.stages import Stage
from core.access.adding import add_many
from core.access.records import load_among, require
from core.clock import today
from core.contributions import Verb
from core.errors import NotAllowed, Refused
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One account to be; see `services.create_customer`."""

    fields: CustomerFields
    manager_id: int | None = None
    stage: str = Stage.PROSPECT
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changes about one account that was read as `row_version`."""

    customer_id: int
    row_version: int
    values: Mapping[str, Any]


class _Faults:
    """What is wrong with each item, by its place in what was sent."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def add(self, place: int, refusal: Refused) -> None:
        fields = refusal.fields or {"": [str(refusal)]}
        for name, several in fields.items():
            where = f"items/{place}/{name}".rstrip("/")
            self.found.setdefault(where, []).extend(str(one) for one in several)

    def refuse(self) -> None:
        if self.found:
            raise Refused(
                _("Some fields need your attention; nothing was stored."), fields=self.found
            )


def create_customers(drafts: Sequence[Draft]) -> list[Customer]:
    """Create accounts in their order; raise NotAllowed, or Refused naming every faulty item."""
    require(CUSTOMER, Verb.CREATE)
    held = _industries(draft.fields.industry_id for draft in drafts)
    faults, places, new = _Faults(), {}, []
    actor = current_unit().actor.employee_id
    for place, (draft, code) in enumerate(zip(drafts, next_codes(len(drafts)), strict=True)):
        try:
            day = stage_moves.checked_day(draft.since or today(), not_before=None)
            owner = draft.manager_id if draft.manager_id is not None else actor
            if owner not in places:
                found = services.place_of(owner)
                services.refuse_place(found)
                places[owner] = found
            fields = check(draft.fields)
            customer = services.new_customer(fields, owner=places[owner], code=code, since=day)
            new.append((customer, draft.stage, day))
        except Refused as refusal:
            faults.add(place, refusal)
        except NotAllowed as barred:
            named = {f"items/{place}/{name}": words for name, words in barred.fields.items()}
            raise replace(barred, fields=named) from None
    faults.refuse()
    del held
    steps = [move for one, stage, day in new for move in stage_moves.first_steps(one, stage, day)]
    made = [customer for customer, _stage, _day in new]
    add_many(current_session(), made)
    add_many(current_session(), steps)
    return made


def change_customers(changes: Sequence[Change]) -> list[Customer]:
    """Change accounts; raise NotAllowed, or Refused naming every item that cannot be stored."""
    require(CUSTOMER, Verb.UPDATE)
    found, visible = _loaded(changes)
    held = _industries(change.values.get("industry_id") for change in changes)
    seen: set[int] = set()
    faults, ready = _Faults(), []
    for place, change in enumerate(changes):
        customer = found.get(change.customer_id)
        words = _refusal(change, customer, visible=visible, seen=seen)
        if words or customer is None:
            faults.add(place, Refused(words))
            continue
        seen.add(change.customer_id)
        try:
            before = fields_of(customer)
            ready.append((customer, check(replace(before, **change.values), before)))
        except Refused as refusal:
            faults.add(place, refusal)
    faults.refuse()
    del held
    for customer, fields in ready:
        store(customer, fields)
    current_session().flush()
    return [customer for customer, _fields in ready]


def _loaded(changes: Sequence[Change]) -> tuple[dict[int, Customer], set[int]]:
    """Return the accounts that may be changed, and the ids of those that may be seen."""
    wanted = {change.customer_id for change in changes}
    session = current_session()
    rows = load_among(select(Customer).where(Customer.id.in_(wanted)), Verb.UPDATE)
    found = {customer.id: customer for customer in rows}
    missing = wanted - found.keys()
    visible = (
        set(session.scalars(select(Customer.id).where(Customer.id.in_(missing))))
        if missing
        else set()
    )
    return found, visible


def _refusal(
    change: Change, customer: Customer | None, *, visible: set[int], seen: set[int]
) -> str:
    if customer is None and change.customer_id in visible:
        return _("You may see this record, but not do this with it.")
    if customer is None:
        return _("Not found, or outside your range.")
    if change.customer_id in seen:
        return _("This customer stands in the list more than once.")
    if customer.row_version != change.row_version:
        return _("Somebody else changed this customer first; it is at version %(version)s now.",
                 version=customer.row_version)  # fmt: skip
    return ""


def _industries(wanted: Any) -> Sequence[Industry]:
    """Load the industries that are named, so that checking each account asks nothing more."""
    keys = {key for key in wanted if key is not None}
    if not keys:
        return ()
    return current_session().scalars(select(Industry).where(Industry.id.in_(keys))).all()
