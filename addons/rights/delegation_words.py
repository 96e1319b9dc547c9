"""What the pages call what is handed on."""

from sqlalchemy import select

from addons.rights.delegation_models import Delegation
from addons.rights.models import Assignment
from addons.rights.ranges import in_words
from core.i18n import gettext as _
from core.i18n import localized
from core.unit_of_work import current_session


def duties_in_words(found: Delegation) -> list[str]:
    """Return each duty that is handed on, with its data; one that has ended says so."""
    stored = current_session().scalars(
        select(Assignment).where(Assignment.id.in_(found.assignments)).order_by(Assignment.id)
    )
    return [_in_words(one) for one in stored.unique()]


def _in_words(one: Assignment) -> str:
    said = _("%(duty)s (%(data)s)", duty=localized(one.duty.name), data=in_words(one.ranges))
    return said if one.ended_at is None else _("%(duty)s, ended", duty=said)
