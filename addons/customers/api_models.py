"""What the programming interface takes and gives about accounts."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from addons.customers import fields
from addons.customers.stages import Grade, Stage
from core.api import Amount, In, Integer, Key, Names, Out, Text, words
from core.i18n import lazy_gettext as _l

MOST_AT_ONCE = 1_000
_C = fields.LIMITS

Reason = Annotated[Text, Field(max_length=2_000), words(_l("Reason"))]


class CustomerValues(In):
    """The fields of an account that people edit."""

    name: Annotated[Text, Field(min_length=1, max_length=_C["name"]), words(_l("Name"))] = ""
    name_en: Annotated[Text, Field(max_length=_C["name_en"]), words(_l("English name"))] = ""
    grade: Annotated[Grade | None, words(_l("Grade"))] = None
    region: Annotated[Text, Field(max_length=_C["region"]), words(_l("Region"))] = ""
    country: Annotated[Text, Field(max_length=_C["country"]), words(_l("Country"))] = ""
    industry_id: Annotated[Key | None, words(_l("Industry"))] = None
    external_code: Annotated[
        Text, Field(max_length=_C["external_code"]), words(_l("External code"))
    ] = ""
    registration_no: Annotated[
        Text, Field(max_length=_C["registration_no"]), words(_l("Registration number"))
    ] = ""
    website: Annotated[Text, Field(max_length=_C["website"]), words(_l("Website"))] = ""
    founded: Annotated[Text, Field(max_length=_C["founded"]), words(_l("Founded"))] = ""
    notes: Annotated[Text, words(_l("Notes"))] = ""


class NewCustomer(CustomerValues):
    """A new account; the caller manages it unless `manager_id` names somebody."""

    name: Annotated[Text, Field(min_length=1, max_length=_C["name"]), words(_l("Name"))]
    manager_id: Annotated[Key | None, words(_l("Account manager"))] = None
    stage: Annotated[Stage, words(_l("Stage"))] = Stage.PROSPECT
    since: Annotated[date | None, words(_l("At this stage since"))] = None


class CustomerChange(CustomerValues):
    """One account of a batch; only the fields that are sent change."""

    id: Key
    row_version: Key


class NewCustomers(In):
    """Accounts to create, all of them or none."""

    items: Annotated[list[NewCustomer], Field(min_length=1, max_length=MOST_AT_ONCE)]


class CustomerChanges(In):
    """Accounts to change, all of them or none."""

    items: Annotated[list[CustomerChange], Field(min_length=1, max_length=MOST_AT_ONCE)]


class CustomerOut(Out):
    """One account."""

    id: int
    code: Annotated[str, words(_l("Our code"))]
    name: Annotated[str, words(_l("Name"))]
    name_en: Annotated[str, words(_l("English name"))]
    grade: Annotated[Grade | None, words(_l("Grade"))]
    region: Annotated[str, words(_l("Region"))]
    country: Annotated[str, words(_l("Country"))]
    industry_id: Annotated[int | None, words(_l("Industry"))]
    external_code: Annotated[str, words(_l("External code"))]
    registration_no: Annotated[str, words(_l("Registration number"))]
    website: Annotated[str, words(_l("Website"))]
    founded: Annotated[str, words(_l("Founded"))]
    notes: Annotated[str, words(_l("Notes"))]
    stage: Annotated[Stage, words(_l("Stage"))]
    stage_since: Annotated[date, words(_l("At this stage since"))]
    manager_id: Annotated[int | None, words(_l("Account manager"))]
    unit_id: Annotated[int | None, words(_l("Unit"))]
    created_at: datetime
    updated_at: Annotated[datetime, words(_l("Last change"))]
    row_version: int


class Stored(Out):
    """One account that a batch has stored."""

    id: int
    code: str
    row_version: int


class StoredMany(Out):
    """What a batch has stored, in the order in which it was sent."""

    items: list[Stored]


class StageTo(In):
    """Where an account goes."""

    to: Annotated[Stage, words(_l("Stage"))]
    on: Annotated[date | None, words(_l("Date"))] = None
    reason: Reason = ""


class Correction(In):
    """Another date for a recorded step."""

    on: Annotated[date, words(_l("Date"))]
    reason: Annotated[Text, Field(min_length=1, max_length=2_000), words(_l("Reason"))]


class StepOut(Out):
    """One line of the stage history; `current` is false once its date was corrected."""

    id: int
    stage: Stage
    came_from: Stage | None
    happened_on: date
    reason: str
    recorded_at: datetime
    recorded_by: str
    is_correction: bool
    current: bool


class HandOver(In):
    """Accounts for another manager."""

    ids: Annotated[list[Key], Field(min_length=1, max_length=MOST_AT_ONCE)]
    to_employee_id: Annotated[Key, words(_l("Account manager"))]
    reason: Annotated[Text, Field(min_length=1, max_length=2_000), words(_l("Reason"))]


class HandedOver(Out):
    """How many accounts moved."""

    moved: int


class HandOverLine(Out):
    """What would become of one account, and why it cannot go (or "")."""

    customer_id: int
    code: str
    name: str
    manager: str
    problem: str


class LikenessOut(Out):
    """One account of a group."""

    id: int
    code: str
    name: str
    name_en: str
    manager: str


class GroupOut(Out):
    """Accounts whose folded names are the same."""

    key: str
    members: list[LikenessOut]


class StageSumOut(Out):
    """One bar of the pipeline."""

    stage: Stage
    accounts: int
    expected_value: Amount


class NewIndustry(In):
    """A new node of the industry tree; both languages, or one for both."""

    name: Annotated[Names, words(_l("Name"))]
    parent_id: Annotated[Key | None, words(_l("Below"))] = None
    sort: Annotated[Integer, words(_l("Sort order"))] = 0


class IndustryChange(In):
    """What changes about a node; only the fields that are sent."""

    name: Annotated[Names | None, words(_l("Name"))] = None
    parent_id: Annotated[Key | None, words(_l("Below"))] = None
    sort: Annotated[Integer, words(_l("Sort order"))] = 0
    active: Annotated[bool, words(_l("Offered in forms"))] = True


class IndustryOut(Out):
    """One node of the industry tree."""

    id: int
    code: str
    name: Annotated[Names, words(_l("Name"))]
    parent_id: Annotated[int | None, words(_l("Below"))]
    path: str
    sort: Annotated[int, words(_l("Sort order"))]
    active: Annotated[bool, words(_l("Offered in forms"))]
    row_version: int
