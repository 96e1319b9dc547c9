"""Moving an account along its ladder, and correcting the date of a step."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from addons.customers.fields import flush_saying, given_reason
from addons.customers.models import CUSTOMER, Customer, StageMove
from addons.customers.stages import STAGES, Stage, rank
from core.access.records import load, require
from core.audit.services import record
from core.clock import now, period_of, today
from core.contributions import Event, Verb
from core.errors import NotFound, Refused
from core.events.services import publish
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit

EARLIEST = date(1900, 1, 1)


def checked_day(day: date, *, not_before: date | None, field: str = "happened_on") -> date:
    """Return the day if a step may bear it; raise Refused naming the field."""
    if words := wrong_day(day, not_before=not_before):
        raise Refused(_("The stage was not moved."), fields={field: [words]})
    return day


def wrong_day(day: date, *, not_before: date | None = None) -> str:
    """Say why a step cannot bear this day; "" when it can."""
    words = ""
    if day > today():
        words = _("Cannot be later than today.")
    elif day < EARLIEST:
        words = _("This is too long ago.")
    elif not_before is not None and day < not_before:
        words = _("Cannot be before the last step, %(day)s.", day=not_before.isoformat())
    return words


def enter(customer: Customer, stage: str, day: date) -> list[StageMove]:
    """Record the first steps of a new account up to `stage`, all on one day."""
    moves = first_steps(customer, stage, day)
    current_session().add_all(moves)
    return moves


def first_steps(customer: Customer, stage: str, day: date) -> list[StageMove]:
    """Put a new account at `stage` and build the steps up to it, not yet in the session."""
    steps = STAGES[: rank(stage) + 1]
    origins: Sequence[str | None] = (None, *steps)
    moves = [
        _move(customer, origin, step, day, sequence=index)
        for index, (origin, step) in enumerate(zip(origins, steps, strict=False))
    ]
    customer.stage, customer.stage_since = Stage(stage), day
    return moves


def move_stage(customer_id: int, to: str, *, on: date | None = None, reason: str = "") -> Customer:
    """Move an account to another stage on a day (today by default).

    Forward records every stage passed; back needs a reason. Raises NotFound, NotAllowed, Refused.
    """
    customer = load(Customer, customer_id, Verb.UPDATE)
    if to not in STAGES:
        raise Refused(_("Choose a stage."), fields={"stage": [_("Choose a stage.")]})
    if to == customer.stage:
        raise Refused(
            _("The customer is at this stage already."),
            fields={"stage": [_("Choose another stage.")]},
        )
    day = checked_day(on or today(), not_before=customer.stage_since)
    here, there = rank(customer.stage), rank(to)
    reason = given_reason(reason)
    if there < here and not reason:
        raise Refused(
            _("Moving back needs a reason."), fields={"reason": [_("Say why it moves back.")]}
        )
    steps = STAGES[here + 1 : there + 1] if there > here else (Stage(to),)
    session = current_session()
    sequence, origin = _last_sequence(customer_id), Stage(customer.stage)
    for step in steps:
        sequence += 1
        session.add(_move(customer, origin, step, day, sequence=sequence, reason=reason))
        origin = step
    came_from, customer.stage, customer.stage_since = customer.stage, Stage(to), day
    flush_saying(reason)
    publish(
        session,
        Event(
            type="customers.stage_moved",
            record_id=customer_id,
            at=now(),
            payload={"from": came_from, "to": to, "on": day.isoformat()},
        ),
    )
    return customer


def _last_sequence(customer_id: int) -> int:
    last = current_session().scalar(
        select(func.max(StageMove.sequence)).where(StageMove.customer_id == customer_id)
    )
    return -1 if last is None else int(last)


def _move(
    customer: Customer,
    origin: str | None,
    to: str,
    day: date,
    *,
    sequence: int,
    reason: str = "",
) -> StageMove:
    return StageMove(
        customer=customer,
        from_stage=origin,
        to_stage=to,
        to_rank=rank(to),
        forward=origin is None or rank(to) > rank(origin),
        happened_on=day,
        period=period_of(day),
        reason=reason,
        sequence=sequence,
        credited_employee_id=customer.scope_owner_id,
        credited_unit_id=customer.scope_org_id,
        recorded_by=current_unit().actor.label,
    )


def correct_stage_date(
    move_id: int, day: date, *, reason: str, of_customer: int | None = None
) -> StageMove:
    """Give a recorded step another date by a new row; the old row stays.

    Needs the verb `correct` over the account, which is `of_customer` where a page names one. The
    date must fit between the steps before and after. Raises NotFound, NotAllowed or Refused.
    """
    require(CUSTOMER, Verb.CORRECT)
    old = current_session().scalar(
        select(StageMove).where(StageMove.id == move_id).execution_options(action=Verb.CORRECT)
    )
    if old is None or of_customer not in (None, old.customer_id):
        raise NotFound(_("Not found, or outside your range."))
    reason = given_reason(reason)
    if not reason:
        raise Refused(_("Say why."), fields={"reason": [_("A correction needs a reason.")]})
    current = {move.sequence: move for move in _standing(old.customer_id)}
    if current.get(old.sequence) is None or current[old.sequence].id != old.id:
        raise Refused(_("This step was corrected before; correct the newer one."))
    _check_between(current, old.sequence, day)
    session = current_session()
    customer = load(Customer, old.customer_id, Verb.CORRECT)
    new = _corrected(customer, old, day, reason)
    session.add(new)
    if old.sequence == max(current):
        customer.stage_since = day
    session.flush()
    record(
        session,
        Verb.CORRECT,
        CUSTOMER,
        old.customer_id,
        changes={"happened_on": [old.happened_on.isoformat(), day.isoformat()]},
        reason=reason,
    )
    return new


def _corrected(customer: Customer, old: StageMove, day: date, reason: str) -> StageMove:
    new = _move(customer, old.from_stage, old.to_stage, day, sequence=old.sequence, reason=reason)
    new.corrects_id = old.id
    new.credited_employee_id = old.credited_employee_id
    new.credited_unit_id = old.credited_unit_id
    return new


def _standing(customer_id: int) -> Sequence[StageMove]:
    newer = aliased(StageMove)
    return (
        current_session()
        .scalars(
            select(StageMove)
            .where(StageMove.customer_id == customer_id)
            .where(~exists().where(newer.corrects_id == StageMove.id))
            .execution_options(action=Verb.CORRECT)
        )
        .all()
    )


def _check_between(current: dict[int, StageMove], sequence: int, day: date) -> None:
    before, after = current.get(sequence - 1), current.get(sequence + 1)
    checked_day(day, not_before=before.happened_on if before else None)
    if after is not None and day > after.happened_on:
        words = _("Cannot be after the next step, %(day)s.", day=after.happened_on.isoformat())
        raise Refused(_("The date was not corrected."), fields={"happened_on": [words]})
