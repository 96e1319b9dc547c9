"""The two axes of ranges that are the core's own: units and owners."""

from collections.abc import Mapping, Sequence

from core.contributions import Dimension
from core.i18n import lazy_gettext as _l
from core.organisation.queries import employee_labels, topmost_labels
from core.unit_of_work import current_session


def _units(ids: Sequence[int]) -> Mapping[int, str]:
    return topmost_labels(current_session(), ids)


def _owners(ids: Sequence[int]) -> Mapping[int, str]:
    return employee_labels(current_session(), ids)


DIMENSIONS = (
    Dimension(key="org", title=_l("Organisation unit"), column="scope_org_id", labels_of=_units),
    Dimension(key="owner", title=_l("Owner"), column="scope_owner_id", labels_of=_owners),
)
