"""What the organisation package contributes."""

from core.audit.field_words import name_fields
from core.contributions import MenuItem, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l
from core.organisation import employee_pages, unit_pages
from core.organisation.blueprint import blueprint
from core.organisation.events import EVENT_TYPES
from core.organisation.forms import KINDS
from core.organisation.lists import EMPLOYEES, UNITS
from core.organisation.models import Employee, OrgClosure, OrgUnit, Position
from core.organisation.resources import DIMENSIONS, RESOURCES, Permission

PAGES = (unit_pages, employee_pages)  # importing them mounts their views

SHARED = {"code": _l("Code"), "name": _l("Name"), "active": _l("In use"), "sort": _l("Sort order")}

name_fields(
    OrgUnit,
    SHARED | {"parent_id": _l("Below"), "kind": _l("Kind"), "head_employee_id": _l("Head of unit")},
    labels={"kind": KINDS},
)
name_fields(Position, SHARED)
name_fields(
    Employee,
    {
        "code": _l("Code"),
        "name": _l("Full name"),
        "unit_id": _l("Unit"),
        "position_id": _l("Position"),
        "superior_id": _l("Superior"),
        "email": _l("E-mail"),
        "phone": _l("Phone"),
        "active": _l("In service"),
    },
)
register_models = gives(OrgUnit, OrgClosure, Position, Employee)
register_resources = gives(*RESOURCES)
register_dimensions = gives(*DIMENSIONS)
register_event_types = gives(*EVENT_TYPES)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("Organisation"),
        endpoint="organisation.index",
        needs=(Permission.UNIT, Verb.QUERY),
        icon="group",
        section="system",
        order=10,
        searches=UNITS,
    ),
    MenuItem(
        title=_l("Employees"),
        endpoint="organisation.employees",
        needs=(Permission.EMPLOYEE, Verb.QUERY),
        icon="user",
        section="system",
        order=11,
        parent="organisation.index",
        searches=EMPLOYEES,
    ),
    MenuItem(
        title=_l("Positions"),
        endpoint="organisation.positions",
        needs=(Permission.POSITION, Verb.QUERY),
        icon="user",
        section="system",
        order=12,
        parent="organisation.index",
    ),
    MenuItem(
        title=_l("New employee"),
        endpoint="organisation.new_employee",
        needs=(Permission.EMPLOYEE, Verb.CREATE),
        icon="user",
        section="create",
        order=80,
    ),
    MenuItem(
        title=_l("New unit"),
        endpoint="organisation.new_unit",
        needs=(Permission.UNIT, Verb.CREATE),
        icon="group",
        section="create",
        order=81,
    ),
)
