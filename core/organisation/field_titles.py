"""The words for fields of units, positions and employees in histories."""

from core.audit.field_words import name_fields
from core.i18n import lazy_gettext as _l
from core.organisation.forms import KINDS
from core.organisation.models import Employee, OrgUnit, Position

SHARED = {"code": _l("Code"), "name": _l("Name"), "active": _l("In use"), "sort": _l("Sort order")}


def name_organisation() -> None:
    """Give the columns their words, once, when the package is loaded."""
    place = {"parent_id": _l("Below"), "kind": _l("Kind"), "head_employee_id": _l("Head of unit")}
    name_fields(OrgUnit, SHARED | place, labels={"kind": KINDS})
    name_fields(Position, SHARED)
    titles = {
        "code": _l("Code"),
        "name": _l("Full name"),
        "unit_id": _l("Unit"),
        "position_id": _l("Position"),
        "superior_id": _l("Superior"),
        "email": _l("E-mail"),
        "phone": _l("Phone"),
        "active": _l("In service"),
    }
    name_fields(Employee, titles)
