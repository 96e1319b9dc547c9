"""Sales results as countable facts: first prospects, opportunities, relationships, signatures."""

from functools import partial
from typing import Any

from sqlalchemy import Select, exists, literal, select
from sqlalchemy.orm import aliased

from addons.customers.models import CUSTOMER, OPPORTUNITY, Customer, Opportunity, StageMove
from addons.customers.stages import Stage
from core.contributions import Measure
from core.i18n import lazy_gettext as _l


def standing_steps(*columns: Any) -> Select[Any]:
    """Return the steps forward that count: neither corrected nor taken back later on."""
    newer, fall = aliased(StageMove), aliased(StageMove)
    steps: Any = select(*columns).where(
        StageMove.forward.is_(True),
        ~exists().where(newer.corrects_id == StageMove.id),
        ~exists().where(
            fall.customer_id == StageMove.customer_id,
            fall.sequence > StageMove.sequence,
            fall.to_rank < StageMove.to_rank,
        ),
    )
    return steps  # type: ignore[no-any-return]


def stage_facts(stage: str, period: int) -> Select[Any]:
    """Return one fact for each account that reached `stage` in the month and still stands there.

    A step counts once: it is no longer a fact when its date was corrected (the correction is) or
    when the account fell below the stage afterwards. Credit goes to the manager of that day.
    """
    facts: Any = (
        standing_steps(
            StageMove.credited_employee_id.label("subject_id"),
            StageMove.credited_unit_id.label("org_id"),
            StageMove.happened_on.label("occurred_on"),
            literal(1).label("num"),
            literal(1).label("den"),
            literal(1).label("weight"),
            StageMove.customer_id.label("ref"),
            Customer.name.label("title"),
            StageMove.recorded_at.label("changed_at"),
        )
        .join(Customer, Customer.id == StageMove.customer_id)
        .where(StageMove.period == period, StageMove.to_stage == stage)
    )
    return facts  # type: ignore[no-any-return]


def opportunity_facts(period: int) -> Select[Any]:
    """Return one fact for each opportunity that was opened in the month."""
    facts: Any = select(
        Opportunity.credited_employee_id.label("subject_id"),
        Opportunity.credited_unit_id.label("org_id"),
        Opportunity.opened_on.label("occurred_on"),
        literal(1).label("num"),
        literal(1).label("den"),
        literal(1).label("weight"),
        Opportunity.id.label("ref"),
        Opportunity.title.label("title"),
        Opportunity.updated_at.label("changed_at"),
    ).where(Opportunity.period == period)
    return facts  # type: ignore[no-any-return]


MEASURES = (
    Measure(
        key="sales.prospect.new",
        title=_l("New prospects"),
        resource=CUSTOMER,
        facts=partial(stage_facts, Stage.PROSPECT),
        unit=_l("customers"),
    ),
    Measure(
        key="sales.opportunity.new",
        title=_l("New opportunities"),
        resource=OPPORTUNITY,
        facts=opportunity_facts,
        unit=_l("opportunities"),
    ),
    Measure(
        key="sales.relationship.confirmed",
        title=_l("Relationships confirmed"),
        resource=CUSTOMER,
        facts=partial(stage_facts, Stage.RELATIONSHIP),
        unit=_l("customers"),
    ),
    Measure(
        key="sales.migration.signed",
        title=_l("Migrations signed"),
        resource=CUSTOMER,
        facts=partial(stage_facts, Stage.SIGNED),
        unit=_l("customers"),
    ),
)
