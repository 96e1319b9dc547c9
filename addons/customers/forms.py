"""The forms of this add-on: what is asked, in which order; services judge the meaning."""

from collections.abc import Sequence
from typing import Any

from addons.customers import countries, industries
from addons.customers.fields import CustomerFields, examined, fields_of
from addons.customers.models import Customer
from addons.customers.stage_moves import wrong_day
from addons.customers.stages import (
    OPEN_STAGES,
    OPPORTUNITY_STAGES,
    OPPORTUNITY_TITLES,
    STAGE_TITLES,
    STAGES,
    Grade,
)
from core.access.places import places_for
from core.i18n import lazy_gettext as _l
from core.organisation.queries import employee_choices
from core.unit_of_work import current_session
from core.web.forms import (
    CheckField,
    DateField,
    Form,
    MoneyField,
    NameField,
    NumberField,
    PickerField,
    Section,
    SelectField,
    TextArea,
    TextField,
)


def managers() -> list[tuple[int, str]]:
    """Return the active employees to whom accounts may be handed over."""
    return employee_choices(current_session())


def managers_of_new() -> list[tuple[int, str]]:
    """Return the active employees for whom the reader may create accounts."""
    return employee_choices(current_session(), among=places_for(Customer))


class CustomerForm(Form):
    """An account."""

    name = TextField(_l("Name"), required=True, span=2)
    name_en = TextField(_l("English name"), span=2)
    grade = SelectField(
        _l("Grade"), choices=[(str(g), str(g)) for g in Grade], empty=_l("Not graded")
    )
    industry_id = SelectField(_l("Industry"), choices=industries.choices, coerce=int)
    country = SelectField(_l("Country"), choices=countries.choices)
    region = TextField(_l("Region"), limit=100)
    external_code = TextField(_l("External code"), limit=64)
    registration_no = TextField(_l("Registration number"), limit=64)
    website = TextField(_l("Website"))
    founded = TextField(_l("Founded"), limit=60, hint=_l("A year or a date; notes may follow."))
    notes = TextArea(_l("Notes"), limit=20_000)
    sections: Sequence[Section] = (
        Section(_l("Basics"), "name", "name_en", "grade", "industry_id", "country", "region"),
        Section(_l("More"), "external_code", "registration_no", "website", "founded", "notes"),
    )

    def complaints(self) -> dict[str, list[str]]:
        """Return what the services will object to, so that all faults are told in one try."""
        return examined(
            CustomerFields(**{key: self[key].data for key in CustomerFields.__slots__}),
            fields_of(self.record) if self.record is not None else None,
        )[1]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape of every field, then the meaning of those whose shape is right."""
        valid = super().validate(extra_validators)
        for name, words in self.complaints().items():
            if not self[name].errors:
                self[name].errors, valid = words, False
        return valid


class NewCustomerForm(CustomerForm):
    """An account that does not exist yet: where it stands and who looks after it."""

    manager_id = PickerField(
        _l("Account manager"),
        choices=managers_of_new,
        hint=_l("You, if left empty; nobody, if you are no employee."),
    )
    stage = SelectField(
        _l("Stage"),
        choices=[(str(stage), STAGE_TITLES[stage]) for stage in STAGES],
        default=str(STAGES[0]),
        empty=False,
    )
    since = DateField(_l("At this stage since"), hint=_l("Today, if left empty."))
    sections = (
        CustomerForm.sections[0],
        Section(_l("Business"), "stage", "since", "manager_id"),
        CustomerForm.sections[1],
    )

    def complaints(self) -> dict[str, list[str]]:
        """Object to a day that no stage can begin on as well."""
        words = wrong_day(self.since.data) if self.since.data else ""
        return super().complaints() | ({"since": [words]} if words else {})


class StageForm(Form):
    """Moving an account to another stage."""

    stage = SelectField(
        _l("New stage"),
        choices=[(str(stage), STAGE_TITLES[stage]) for stage in STAGES],
        required=True,
    )
    happened_on = DateField(_l("Day"), hint=_l("Today, if left empty."))
    reason = TextArea(_l("Reason or remark"), hint=_l("Needed when the customer moves back."))


class CorrectionForm(Form):
    """Another date for a recorded step."""

    happened_on = DateField(_l("Right date"), required=True)
    reason = TextArea(_l("Reason"), required=True)


class ContactForm(Form):
    """A person at an account."""

    name = TextField(_l("Full name"), required=True, limit=100)
    position = TextField(_l("Job title"), limit=100)
    department = TextField(_l("Department"), limit=100)
    phone = TextField(_l("Phone"), limit=60)
    email = TextField(_l("E-mail"), span=2)
    is_main = CheckField(_l("Main contact"), span=2)
    notes = TextArea(_l("Notes"), limit=5_000)


class OpportunityForm(Form):
    """An opportunity."""

    title = TextField(_l("Title"), required=True, span=2)
    expected_value = MoneyField(_l("Expected value (CNY)"))
    expected_close_on = DateField(_l("Expected close"))
    notes = TextArea(_l("Notes"), limit=20_000)


class NewOpportunityForm(OpportunityForm):
    """An opportunity that is being opened."""

    stage = SelectField(
        _l("Stage"),
        choices=[(str(stage), OPPORTUNITY_TITLES[stage]) for stage in OPEN_STAGES],
        default=str(OPEN_STAGES[0]),
        empty=False,
    )
    opened_on = DateField(_l("Opened on"), hint=_l("Today, if left empty."))
    sections = (
        Section("", "title", "stage", "opened_on", "expected_value", "expected_close_on", "notes"),
    )


class OpportunityStageForm(Form):
    """Moving an opportunity to another stage."""

    stage = SelectField(
        _l("New stage"),
        choices=[(str(stage), OPPORTUNITY_TITLES[stage]) for stage in OPPORTUNITY_STAGES],
        required=True,
    )
    happened_on = DateField(_l("Day"), hint=_l("Today, if left empty."))
    reason = TextArea(
        _l("Reason or remark"), hint=_l("Needed when it is lost, reopened or moves back.")
    )


class HandOverForm(Form):
    """Giving accounts to another manager."""

    to_employee_id = PickerField(_l("New account manager"), choices=managers, required=True, span=2)
    reason = TextArea(_l("Reason"), required=True)


class IndustryForm(Form):
    """A node of the industry tree."""

    name = NameField(_l("Name"), required=True, limit=100)
    parent_id = SelectField(
        _l("Below"),
        choices=lambda: industries.choices(active_only=False),
        coerce=int,
        empty=_l("Top of the tree"),
    )
    sort = NumberField(_l("Sort order"), hint=_l("Small numbers stand first."))


class IndustryChangeForm(IndustryForm):
    """A node that exists."""

    active = CheckField(_l("Offered in forms"))
