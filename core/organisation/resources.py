"""What may be granted about the organisation, and the check that its services make."""

from enum import StrEnum

from core.access.guarded_session import GuardedSession
from core.contributions import Resource, Verb
from core.errors import NotAllowed
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.organisation.models import Employee, OrgUnit, Position


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


def require(session: GuardedSession, resource: str, action: str) -> None:
    """Raise NotAllowed unless the session's actor holds the verb now."""
    if not session.access.may(resource, action):
        raise NotAllowed(
            _("You do not hold the right for this act."), missing=(str(resource), str(action))
        )
