"""Questions about accounts; every one through the guarded session of the unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from addons.customers.models import (
    CUSTOMER,
    OPPORTUNITY,
    Contact,
    Customer,
    Network,
    Opportunity,
    OpportunityMove,
    StageMove,
)
from addons.customers.stages import OPEN_STAGES, OPPORTUNITY_STAGES, STAGES
from core.access.records import load, require
from core.contributions import Verb
from core.i18n import localized
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import current_session, current_unit


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an account's stage history; `current` is false once its date was corrected."""

    id: int
    stage: str
    came_from: str | None
    happened_on: date
    reason: str
    recorded_at: datetime
    recorded_by: str
    forward: bool
    is_correction: bool
    current: bool


@dataclass(frozen=True, slots=True)
class StageSum:
    """One bar of the pipeline: accounts at a stage, and the open business that they may bring."""

    stage: str
    accounts: int
    expected_value: Decimal


@dataclass(frozen=True, slots=True)
class OpportunitySum:
    """Opportunities at a stage and their expected value."""

    stage: str
    count: int
    expected_value: Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """Who looks after an account and in which unit, in words."""

    manager: str
    unit: str


def customer(customer_id: int, action: str = Verb.QUERY) -> Customer:
    """Return an account in the actor's range; raise NotFound, NotAllowed for another verb."""
    return load(Customer, customer_id, action)


def place_of(record: Customer | Opportunity) -> Place:
    """Return the names of the manager and the unit."""
    session = current_session()
    manager = session.get(Employee, record.scope_owner_id) if record.scope_owner_id else None
    unit = session.get(OrgUnit, record.scope_org_id) if record.scope_org_id else None
    return Place(manager.name if manager else "", localized(unit.name) if unit else "")


def employee_name(employee_id: int) -> str:
    """Return the name of an employee; names are a public directory."""
    employee = current_session().get(Employee, employee_id)
    return employee.name if employee else ""


def contact(contact_id: int, action: str = Verb.QUERY) -> Contact:
    """Return a contact person in the actor's range; raise NotFound, NotAllowed for another verb."""
    return load(Contact, contact_id, action)


def opportunity(opportunity_id: int, action: str = Verb.QUERY) -> Opportunity:
    """Return an opportunity in the actor's range; raise NotFound, NotAllowed for another verb."""
    return load(Opportunity, opportunity_id, action)


def contacts_of(customer_id: int) -> Sequence[Contact]:
    """Return the persons of an account, the main contact first."""
    return _all(
        select(Contact)
        .where(Contact.customer_id == customer_id)
        .order_by(Contact.is_main.desc(), Contact.id)
    )


def opportunities_of(customer_id: int) -> Sequence[Opportunity]:
    """Return the opportunities of an account, open ones first, newest first."""
    return sorted(
        _all(select(Opportunity).where(Opportunity.customer_id == customer_id)),
        key=lambda one: (one.closed_on is not None, -one.id),
    )


def networks_of(customer_id: int) -> Sequence[Network]:
    """Return the networks of an operator by code."""
    return _all(
        select(Network)
        .where(Network.customer_id == customer_id)
        .order_by(Network.mcc, Network.mnc, Network.id)
    )


def opportunity_moves(opportunity_id: int) -> Sequence[OpportunityMove]:
    """Return the steps of an opportunity, oldest first."""
    return _all(
        select(OpportunityMove)
        .where(OpportunityMove.opportunity_id == opportunity_id)
        .order_by(OpportunityMove.id)
    )


def stage_history(customer_id: int) -> list[Step]:
    """Return every recorded step, oldest first, corrected dates and their corrections included."""
    newer = aliased(StageMove)
    rows = current_session().execute(
        select(StageMove, newer.id)
        .outerjoin(newer, newer.corrects_id == StageMove.id)
        .where(StageMove.customer_id == customer_id)
        .order_by(StageMove.sequence, StageMove.id)
    )
    return [
        Step(
            move.id,
            move.to_stage,
            move.from_stage,
            move.happened_on,
            move.reason,
            move.recorded_at,
            move.recorded_by,
            move.forward,
            move.corrects_id is not None,
            corrected_by is None,
        )
        for move, corrected_by in rows
    ]


def reached_on(steps: Sequence[Step]) -> Mapping[str, date]:
    """Return when each stage was last entered, for the status bar."""
    return {step.stage: step.happened_on for step in steps if step.current}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many parts of each kind an account has within the actor's range."""

    contacts: int
    opportunities: int
    networks: int


def counts(customer_id: int) -> Counts:
    """Return the figures beside the tabs, one statement a unit of work."""
    kept: dict[int, Counts] = current_session().info.setdefault("customers.counts", {})
    if customer_id not in kept:
        parts = [
            select(func.count(model.id)).where(model.customer_id == customer_id).scalar_subquery()
            for model in (Contact, Opportunity, Network)
        ]
        kept[customer_id] = Counts(*current_session().execute(select(*parts)).one())
    return kept[customer_id]


def pipeline() -> list[StageSum]:
    """Return accounts and open expected value by stage, over the range of `analyse`."""
    require(CUSTOMER, Verb.ANALYSE)
    accounts = _grouped(select(Customer.stage, func.count()).group_by(Customer.stage))
    values: dict[str, Any] = {}
    if current_unit().access.may(OPPORTUNITY, Verb.ANALYSE):
        values = _grouped(
            select(Customer.stage, func.sum(Opportunity.expected_value))
            .join(Customer, Customer.id == Opportunity.customer_id)
            .where(Opportunity.stage.in_(OPEN_STAGES))
            .group_by(Customer.stage)
        )
    return [
        StageSum(stage, accounts.get(stage, 0), values.get(stage) or Decimal(0)) for stage in STAGES
    ]


def opportunity_sums() -> list[OpportunitySum]:
    """Return opportunities and expected value by their own stage, over the range of `analyse`."""
    require(OPPORTUNITY, Verb.ANALYSE)
    rows = current_session().execute(
        select(Opportunity.stage, func.count(), func.sum(Opportunity.expected_value))
        .group_by(Opportunity.stage)
        .execution_options(action=Verb.ANALYSE)
    )
    found = {stage: (count, value) for stage, count, value in rows}
    return [
        OpportunitySum(
            stage, found.get(stage, (0, None))[0], found.get(stage, (0, None))[1] or Decimal(0)
        )
        for stage in OPPORTUNITY_STAGES
    ]


def chosen_ids(selection: Select[Any], limit: int) -> list[int]:
    """Return the ids of a list's selection, at most `limit` + 1 so that too many are noticed."""
    return list(current_session().scalars(selection.limit(limit + 1)))


def _grouped(statement: Any) -> dict[str, Any]:
    rows = current_session().execute(statement.execution_options(action=Verb.ANALYSE))
    return {key: value for key, value in rows}  # noqa: C416 - a result is not a mapping


def _all(statement: Any) -> Sequence[Any]:
    found: Sequence[Any] = current_session().scalars(statement).all()
    return found
