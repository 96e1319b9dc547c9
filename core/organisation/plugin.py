"""What the organisation package contributes."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.contributions import Dimension, EventType, MenuItem, Resource, Verb
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.organisation import employee_pages, unit_pages
from core.organisation.blueprint import blueprint
from core.organisation.dimensions import DIMENSIONS
from core.organisation.events import EVENT_TYPES
from core.organisation.field_titles import name_organisation
from core.organisation.lists import EMPLOYEES, UNITS
from core.organisation.models import Employee, OrgClosure, OrgUnit, Position
from core.organisation.resources import RESOURCES, Permission

PAGES = (unit_pages, employee_pages)  # importing them mounts their views


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables and their fields."""
    name_organisation()
    return (OrgUnit, OrgClosure, Position, Employee)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may look after the organisation."""
    return RESOURCES


@hookimpl
def register_dimensions() -> Iterable[Dimension]:
    """Declare the axes unit and owner."""
    return DIMENSIONS


@hookimpl
def register_event_types() -> Iterable[EventType]:
    """Tell that people move between units."""
    return EVENT_TYPES


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the administrator's pages."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give the entries: the tree, the list of employees below it, and what makes new ones."""
    return (
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
