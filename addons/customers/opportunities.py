"""Opportunities of an account: open, change, move, delete."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from addons.customers.fields import flush_saying, given_reason, trimmed, wrong_texts
from addons.customers.models import OPPORTUNITY, Customer, Opportunity, OpportunityMove
from addons.customers.stages import ENDS, OPPORTUNITY_STAGES, OpportunityStage
from core.access.records import load, require
from core.clock import now, period_of, today
from core.contributions import Event, Verb
from core.database import to_minor
from core.errors import Conflict, Refused
from core.events.services import publish
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit

LIMITS = {"title": 200, "notes": 20_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityFields:
    """What a form says about an opportunity; the value is in the site's currency."""

    title: str
    expected_value: Decimal | None = None
    expected_close_on: date | None = None
    notes: str = ""


def open_opportunity(
    customer_id: int,
    fields: OpportunityFields,
    *,
    opened_on: date | None = None,
    stage: str = OpportunityStage.LEAD,
) -> int:
    """Open an opportunity on a day (today by default) and return its id."""
    require(OPPORTUNITY, Verb.CREATE)
    customer = load(Customer, customer_id, Verb.QUERY)
    checked = _checked(fields)
    day = opened_on or today()
    if day > today():
        raise Refused(
            _("Nothing was stored."), fields={"opened_on": [_("Cannot be later than today.")]}
        )
    if stage not in OPPORTUNITY_STAGES or stage in ENDS:
        raise Refused(_("Nothing was stored."), fields={"stage": [_("Choose an open stage.")]})
    opportunity = Opportunity(
        customer=customer,
        stage=OpportunityStage(stage),
        opened_on=day,
        period=period_of(day),
        credited_employee_id=customer.scope_owner_id,
        credited_unit_id=customer.scope_org_id,
        **asdict(checked),
    )
    session = current_session()
    session.add(opportunity)
    session.flush()
    session.add(_move(opportunity, customer, None, day, ""))
    session.flush()
    return opportunity.id


def update_opportunity(
    opportunity_id: int, fields: OpportunityFields, *, row_version: int
) -> Opportunity:
    """Change an opportunity; raise Conflict when somebody changed it after `row_version`."""
    opportunity = load(Opportunity, opportunity_id, Verb.UPDATE)
    checked = _checked(fields)
    if opportunity.row_version != row_version:
        raise Conflict(
            _("Somebody else changed this opportunity first. Nothing of yours was stored."),
            theirs={key: getattr(opportunity, key) for key in OpportunityFields.__slots__},
            yours=asdict(checked),
        )
    for key, value in asdict(checked).items():
        setattr(opportunity, key, value)
    current_session().flush()
    return opportunity


def move_opportunity(
    opportunity_id: int, to: str, *, on: date | None = None, reason: str = ""
) -> Opportunity:
    """Move an opportunity to another stage; losing, reopening and going back need a reason."""
    opportunity = load(Opportunity, opportunity_id, Verb.UPDATE)
    day, words = on or today(), given_reason(reason)
    _check_move(opportunity, to, day, words)
    session = current_session()
    customer = session.get_one(Customer, opportunity.customer_id)
    origin, opportunity.stage = opportunity.stage, OpportunityStage(to)
    opportunity.closed_on = day if to in ENDS else None
    opportunity.outcome_reason = words if to in ENDS else ""
    session.add(_move(opportunity, customer, origin, day, words))
    flush_saying(words)
    if to in ENDS:
        publish(
            session,
            Event(
                type="customers.opportunity_closed",
                record_id=opportunity.id,
                at=now(),
                payload={"outcome": to, "customer_id": customer.id, "on": day.isoformat()},
            ),
        )
    return opportunity


def delete_opportunity(opportunity_id: int) -> int:
    """Delete an open opportunity entered by mistake; return the id of its account."""
    opportunity = load(Opportunity, opportunity_id, Verb.DELETE)
    if in_the_way := obstacles(opportunity):
        raise Refused(in_the_way[0])
    session, customer_id = current_session(), opportunity.customer_id
    moves = select(OpportunityMove).where(OpportunityMove.opportunity_id == opportunity_id)
    for move in session.scalars(moves.execution_options(action=Verb.DELETE)):
        session.delete(move)
    session.flush()
    session.delete(opportunity)
    session.flush()
    return customer_id


def obstacles(opportunity: Opportunity) -> list[str]:
    """Say why an opportunity cannot be deleted, and what to do; nothing when it can."""
    if opportunity.stage not in ENDS:
        return []
    return [
        _(
            "A closed opportunity is kept, because results were counted from it. If it was closed "
            "by mistake, move it back to an open stage first."
        )
    ]


def _check_move(opportunity: Opportunity, to: str, day: date, reason: str) -> None:
    errors: dict[str, list[str]] = {}
    if to not in OPPORTUNITY_STAGES or to == opportunity.stage:
        errors["stage"] = [_("Choose another stage.")]
    elif not reason and _needs_reason(opportunity.stage, to):
        errors["reason"] = [_("Say why.")]
    last = current_session().scalar(
        select(OpportunityMove.happened_on)
        .where(OpportunityMove.opportunity_id == opportunity.id)
        .order_by(OpportunityMove.id.desc())
        .limit(1)
    )
    if day > today():
        errors["happened_on"] = [_("Cannot be later than today.")]
    elif last is not None and day < last:
        errors["happened_on"] = [
            _("Cannot be before the last step, %(day)s.", day=last.isoformat())
        ]
    if errors:
        raise Refused(_("The opportunity was not moved."), fields=errors)


def _needs_reason(here: str, to: str) -> bool:
    order = OPPORTUNITY_STAGES.index
    back = order(OpportunityStage(to)) < order(OpportunityStage(here))
    return to == OpportunityStage.LOST or here in ENDS or back


def _move(
    opportunity: Opportunity, customer: Customer, origin: str | None, day: date, reason: str
) -> OpportunityMove:
    return OpportunityMove(
        customer=customer,
        opportunity_id=opportunity.id,
        from_stage=origin,
        to_stage=opportunity.stage,
        happened_on=day,
        reason=reason,
        recorded_by=current_unit().actor.label,
    )


def _checked(fields: OpportunityFields) -> OpportunityFields:
    values = trimmed(asdict(fields), LIMITS)
    errors = wrong_texts(values, LIMITS)
    if not values["title"]:
        errors["title"] = [_("Enter a title.")]
    if fields.expected_value is not None:
        try:
            to_minor(fields.expected_value)
        except ValueError:
            errors["expected_value"] = [_("Enter an amount with at most two decimals.")]
        else:
            if fields.expected_value < 0:
                errors["expected_value"] = [_("Cannot be negative.")]
    if errors:
        raise Refused(_("Some fields need your attention; nothing was stored."), fields=errors)
    return OpportunityFields(**values)
