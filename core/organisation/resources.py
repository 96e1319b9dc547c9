"""What may be granted about the organisation, and the check that its services make."""

from enum import StrEnum

from core.access.records import require_in
from core.contributions import Dimension, Resource, Verb
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.organisation.models import Employee, OrgUnit, Position
from core.organisation.queries import employee_labels, topmost_labels
from core.unit_of_work import current_session


class Permission(StrEnum):
    """The resources of this package."""

    UNIT = "core.orgunit"
    EMPLOYEE = "core.employee"
    POSITION = "core.position"


RESOURCES = (
    Resource(
        key=Permission.UNIT,
        title=_l("Organisation unit"),
        model=OrgUnit,
        label=lambda unit: f"{unit.code} {localized(unit.name)}",
        endpoint="organisation.show_unit",
        actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE, Verb.DELETE),
        dimensions=(),
    ),
    Resource(
        key=Permission.EMPLOYEE,
        title=_l("Employee"),
        model=Employee,
        label=lambda employee: f"{employee.code} {employee.name}",
        endpoint="organisation.show_employee",
        actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE, Verb.EXPORT),
        dimensions=(),
    ),
    Resource(
        key=Permission.POSITION,
        title=_l("Position"),
        model=Position,
        label=lambda position: localized(position.name),
        actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE),
        dimensions=(),
    ),
)

require = require_in  # what the services of this package ask

DIMENSIONS = (  # the two axes of ranges that are the core's own
    Dimension(
        key="org",
        title=_l("Organisation unit"),
        column="scope_org_id",
        labels_of=lambda ids: topmost_labels(current_session(), ids),
    ),
    Dimension(
        key="owner",
        title=_l("Owner"),
        column="scope_owner_id",
        labels_of=lambda ids: employee_labels(current_session(), ids),
    ),
)
