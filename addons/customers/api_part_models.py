"""What the programming interface takes and gives about the parts of an account."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from addons.customers import contacts, opportunities
from addons.customers.api_models import Reason
from addons.customers.stages import OpportunityStage
from core.api import Amount, In, Out, Text, words
from core.i18n import lazy_gettext as _l

_P, _O = contacts.LIMITS, opportunities.LIMITS


class OpportunitySumOut(Out):
    """Opportunities at a stage and their expected value."""

    stage: OpportunityStage
    count: int
    expected_value: Amount


class ContactValues(In):
    """The fields of a contact person."""

    name: Annotated[Text, Field(min_length=1, max_length=_P["name"]), words(_l("Name"))] = ""
    position: Annotated[Text, Field(max_length=_P["position"]), words(_l("Job title"))] = ""
    department: Annotated[Text, Field(max_length=_P["department"]), words(_l("Department"))] = ""
    phone: Annotated[Text, Field(max_length=_P["phone"]), words(_l("Phone"))] = ""
    email: Annotated[Text, Field(max_length=_P["email"]), words(_l("E-mail"))] = ""
    is_main: Annotated[bool, words(_l("Main contact"))] = False
    notes: Annotated[Text, Field(max_length=_P["notes"]), words(_l("Notes"))] = ""


class NewContact(ContactValues):
    """A new contact person."""

    name: Annotated[Text, Field(min_length=1, max_length=_P["name"]), words(_l("Name"))]


class ContactOut(Out):
    """One contact person."""

    id: int
    customer_id: int
    name: Annotated[str, words(_l("Name"))]
    position: Annotated[str, words(_l("Job title"))]
    department: Annotated[str, words(_l("Department"))]
    phone: Annotated[str, words(_l("Phone"))]
    email: Annotated[str, words(_l("E-mail"))]
    is_main: Annotated[bool, words(_l("Main contact"))]
    notes: Annotated[str, words(_l("Notes"))]
    row_version: int


class OpportunityValues(In):
    """The fields of an opportunity that people edit."""

    title: Annotated[Text, Field(min_length=1, max_length=_O["title"]), words(_l("Title"))] = ""
    expected_value: Annotated[Amount | None, words(_l("Expected value (CNY)"))] = None
    expected_close_on: Annotated[date | None, words(_l("Expected close"))] = None
    notes: Annotated[Text, words(_l("Notes"))] = ""


class NewOpportunity(OpportunityValues):
    """A new opportunity."""

    title: Annotated[Text, Field(min_length=1, max_length=_O["title"]), words(_l("Title"))]
    stage: Annotated[OpportunityStage, words(_l("Stage"))] = OpportunityStage.LEAD
    opened_on: Annotated[date | None, words(_l("Opened on"))] = None


class OpportunityTo(In):
    """Where an opportunity goes."""

    to: Annotated[OpportunityStage, words(_l("Stage"))]
    on: Annotated[date | None, words(_l("Date"))] = None
    reason: Reason = ""


class OpportunityOut(Out):
    """One opportunity."""

    id: int
    customer_id: int
    title: Annotated[str, words(_l("Title"))]
    stage: Annotated[OpportunityStage, words(_l("Stage"))]
    expected_value: Annotated[Amount | None, words(_l("Expected value (CNY)"))]
    expected_close_on: Annotated[date | None, words(_l("Expected close"))]
    opened_on: Annotated[date, words(_l("Opened on"))]
    closed_on: Annotated[date | None, words(_l("Closed on"))]
    outcome_reason: Annotated[str, words(_l("Reason"))]
    notes: Annotated[str, words(_l("Notes"))]
    row_version: int


class OpportunityStepOut(Out):
    """One line of an opportunity's history."""

    id: int
    from_stage: OpportunityStage | None
    to_stage: OpportunityStage
    happened_on: date
    reason: str
    recorded_at: datetime
    recorded_by: str


class NetworkOut(Out):
    """What an operator runs under one network code."""

    id: int
    mcc: str
    mnc: str
    brand: str
    status: str
    bands: str
    note: str
