"""The forms of the administrator's pages of units, positions and employees."""

from flask import request

from core.i18n import lazy_gettext as _l
from core.organisation.models import UnitKind
from core.organisation.queries import employee_choices, position_choices, unit_choices
from core.unit_of_work import current_session
from core.web.forms import (
    CheckField,
    Form,
    NameField,
    NumberField,
    PickerField,
    SelectField,
    TextField,
)

KINDS = {
    UnitKind.DEPARTMENT.value: _l("Department"),
    UnitKind.ROOM.value: _l("Room"),
    UnitKind.UNIT.value: _l("Unit"),
}


def _units() -> list[tuple[int, str]]:
    return unit_choices(current_session())


def _units_outside() -> list[tuple[int, str]]:
    """Offer the units that do not lie below the one whose page this is."""
    edited = (request.view_args or {}).get("record_id")
    return unit_choices(current_session(), without=edited)


def _employees() -> list[tuple[int, str]]:
    return employee_choices(current_session())


def _others() -> list[tuple[int, str]]:
    """Offer everybody but the person whose page this is."""
    leaver = (request.view_args or {}).get("record_id")
    return [choice for choice in _employees() if choice[0] != leaver]


def sort_field() -> NumberField:
    """Return the field for a place among siblings; an empty one is 0."""
    return NumberField(_l("Sort order"), hint=_l("Smaller numbers stand first."), empty=0)


class UnitForm(Form):
    """Name, code, kind and place among its siblings."""

    name = NameField(_l("Name"), required=True, span=2)
    code = TextField(_l("Code"), required=True, limit=40)
    kind = SelectField(_l("Kind"), choices=tuple(KINDS.items()), required=True)
    sort = sort_field()


class NewUnitForm(UnitForm):
    """A new unit with its parent."""

    parent_id = PickerField(
        _l("Lies below"), choices=_units, empty=_l("– nothing, a root –"), span=2
    )


class MoveForm(Form):
    """Another parent."""

    parent_id = PickerField(
        _l("Lies below"),
        choices=_units_outside,
        empty=_l("– nothing, a root –"),
        hint=_l("Everything below it moves along; heads above see it from now on."),
        span=2,
    )


class HeadForm(Form):
    """Another head."""

    head_employee_id = PickerField(
        _l("Head of unit"),
        choices=_employees,
        empty=_l("– nobody –"),
        hint=_l("The head sees everything in the unit and below it."),
        span=2,
    )


class PositionForm(Form):
    """A post."""

    name = NameField(_l("Name"), required=True, span=2)
    sort = sort_field()
    active = CheckField(_l("In use"))


class NewPositionForm(Form):
    """A new post."""

    name = NameField(_l("Name"), required=True, span=2)
    code = TextField(_l("Code"), required=True, limit=40)
    sort = sort_field()


class LeaveForm(Form):
    """Who follows somebody who leaves."""

    successor_id = PickerField(
        _l("Who takes over"), choices=_others, empty=_l("– choose –"), span=2
    )
    keep = CheckField(
        _l("Nobody yet: everything stays"),
        hint=_l("It stays under the old name, where only heads and administrators see it."),
        span=2,
    )
    reason = TextField(
        _l("Reason"), required=True, limit=400, hint=_l("Stands in the audit trail"), span=2
    )


class EmployeeForm(Form):
    """Everything about a person."""

    name = TextField(_l("Full name"), required=True, limit=120)
    code = TextField(_l("Employee code"), required=True, limit=40)
    unit_id = PickerField(_l("Unit"), choices=_units, required=True)
    position_id = PickerField(
        _l("Position"), choices=lambda: position_choices(current_session()), empty=_l("– none –")
    )
    superior_id = PickerField(_l("Superior"), choices=_employees, empty=_l("– nobody –"))
    email = TextField(_l("E-mail"), limit=254, render_kw={"type": "email"})
    phone = TextField(_l("Phone"), limit=40, render_kw={"type": "tel"})
