"""What the add-on needs when it is switched on, and what speaks against removing it."""

from sqlalchemy import func, select

from addons.customers.codes import ensure_counter
from addons.customers.models import Customer, Opportunity
from addons.customers.stages import OPEN_STAGES
from core.i18n import ngettext
from core.unit_of_work import current_session


def prepare() -> None:
    """Make the counter of codes, once."""
    ensure_counter()


def reasons_to_keep() -> list[str]:
    """Return how many accounts and open opportunities there are, in words."""
    session = current_session()
    accounts = session.scalar(select(func.count()).select_from(Customer)) or 0
    still_open = session.scalar(
        select(func.count()).select_from(Opportunity).where(Opportunity.stage.in_(OPEN_STAGES))
    )
    reasons = []
    if accounts:
        reasons.append(ngettext("%(num)d customer", "%(num)d customers", accounts))
    if still_open:
        reasons.append(
            ngettext("%(num)d open opportunity", "%(num)d open opportunities", still_open)
        )
    return reasons
