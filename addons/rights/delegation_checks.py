"""Separation of duties where some are held as a substitute."""

from sqlalchemy import select

from addons.rights.delegation_terms import Lent
from addons.rights.holdings import handed, holdings, overlap
from addons.rights.models import Assignment, Exclusion
from addons.rights.world import World
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import localized
from core.unit_of_work import current_session


def refuse_both(lent: Lent) -> None:
    """Refuse a delegation by which the substitute would hold two duties that exclude each other."""
    session = current_session()
    against: dict[int, dict[int, str]] = {}
    for one in session.scalars(select(Exclusion)):
        against.setdefault(one.duty_id, {})[one.other_id] = one.reason
        against.setdefault(one.other_id, {})[one.duty_id] = one.reason
    if not against:
        return
    stored = select(Assignment).where(
        Assignment.id.in_(lent.assignments), Assignment.ended_at.is_(None)
    )
    coming = list(handed([lent], session.scalars(stored).unique().all(), World(session), {}))
    held = [*holdings(against, [lent.to_user_id]), *coming]
    for more in coming:
        for other in held:
            reason = against.get(more.duty.id, {}).get(other.duty.id)
            if reason is not None and overlap(more, other):
                words = _(
                    "The substitute would hold “%(duty)s” and “%(other)s”, which exclude each "
                    "other. %(reason)s",
                    duty=localized(more.duty.name),
                    other=localized(other.duty.name),
                    reason=reason,
                ).strip()
                raise Refused(words, fields={"assignments": [words]})
