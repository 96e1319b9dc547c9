"""The forms of delegations."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from addons.rights.assign_form import midnight
from addons.rights.delegation_models import DELEGATION
from addons.rights.delegations import DelegationFields, Offered
from addons.rights.duty_forms import confirming_field
from addons.rights.ranges import in_words
from addons.rights.words import subject_title
from core.access.context import AccessContext
from core.accounts.models import User
from core.clock import today
from core.contributions import Verb
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.organisation.models import Employee
from core.unit_of_work import current_session, current_unit
from core.web.forms import DateField, Form, MultiField, PickerField, Section, TextArea


def colleagues() -> list[tuple[int, str]]:
    """Return the people with an open account; accounts without a person for who gives rights."""
    access: AccessContext = current_unit().access
    rows = (
        select(User.id, Employee.name, Employee.code, User.login)
        .outerjoin(Employee, (Employee.id == User.employee_id) & Employee.active)
        .where(User.active)
        .order_by(Employee.name, User.login)
    )
    if not access.may(DELEGATION, Verb.CREATE):
        rows = rows.where(Employee.id.is_not(None))
    found = current_session().execute(rows)
    return [(key, f"{name} · {code}" if name else login) for key, name, code, login in found]


class GiverForm(Form):
    """Whose duties are handed on."""

    from_user_id = PickerField(
        _l("Whose duties"), choices=colleagues, required=True, empty=_l("– choose –"), span=2
    )


class DelegateForm(Form):
    """One delegation on one page: to whom, when, which duties, why."""

    to_user_id = PickerField(
        _l("Substitute"), choices=colleagues, required=True, empty=_l("– choose –"), span=2
    )
    valid_from = DateField(_l("From"), required=True)
    valid_until = DateField(_l("Last day"), required=True)
    assignments = MultiField(_l("Duties"), choices=(), coerce=int, span=4)
    reason = TextArea(_l("Reason"), limit=1000)
    password = confirming_field()

    def fields(self, from_user_id: int) -> DelegationFields:
        """Return what was filled in, as the service takes it."""
        return DelegationFields(
            from_user_id=from_user_id,
            to_user_id=self.to_user_id.data,
            assignments=self.assignments.data or (),
            valid_from=midnight(self.valid_from),
            valid_to=midnight(self.valid_until, days=1),
            reason=self.reason.data or "",
        )


def delegate_form(offered: Sequence[Offered]) -> DelegateForm:
    """Return the form with the duties that can be handed on."""
    choices = [(one.assignment.id, _in_words(one)) for one in offered if not one.obstacle]
    hint = _l("What is left unticked stays with the delegator, who keeps all of these rights too.")
    fields: dict[str, Any] = {
        "assignments": MultiField(_l("Duties"), choices=choices, coerce=int, span=4, hint=hint),
        "sections": (
            Section(_("Who, and when"), "to_user_id", "valid_from", "valid_until"),
            Section(_("What is handed on"), "assignments"),
            Section(_("Why"), "reason", "password"),
        ),
    }
    made: DelegateForm = type("DelegateFormHere", (DelegateForm,), fields)(valid_from=today())
    return made


def _in_words(one: Offered) -> str:
    held = one.assignment
    said = _("%(duty)s (%(data)s)", duty=localized(held.duty.name), data=in_words(held.ranges))
    if one.barred:
        return _("%(duty)s, without what is denied the delegator somewhere", duty=said)
    return said


def obstacles(offered: Sequence[Offered]) -> list[tuple[str, str, str]]:
    """Return (duty, to whom it is given, why it cannot be handed on)."""
    return [
        (
            localized(one.assignment.duty.name),
            subject_title(one.assignment.subject, one.assignment.subject_id),
            one.obstacle,
        )
        for one in offered
        if one.obstacle
    ]
