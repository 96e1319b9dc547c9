"""What the pages call what is handed on."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from addons.rights.delegation_models import Delegation
from addons.rights.models import Assignment
from addons.rights.ranges import in_words
from core.i18n import gettext as _
from core.i18n import localized
from core.unit_of_work import current_session


def duties_in_words(several: Iterable[Delegation]) -> Mapping[int, list[str]]:
    """Return by delegation each duty that is handed on, with its data; one that has ended says so.

    However many delegations there are, each assignment is read and said once.
    """
    named = {one.id: sorted(one.assignments) for one in several}
    wanted = sorted({key for keys in named.values() for key in keys})
    stored = current_session().scalars(select(Assignment).where(Assignment.id.in_(wanted)))
    said = {one.id: _in_words(one) for one in stored.unique()}
    return {own: [said[key] for key in keys if key in said] for own, keys in named.items()}


def _in_words(one: Assignment) -> str:
    said = _("%(duty)s (%(data)s)", duty=localized(one.duty.name), data=in_words(one.ranges))
    return said if one.ended_at is None else _("%(duty)s, ended", duty=said)
