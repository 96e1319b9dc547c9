"""What the programming interface takes and gives about people, delegations and unused rights."""

from datetime import date, datetime
from typing import Annotated, Literal

from addons.rights.api_models import Day
from addons.rights.models import Subject
from core.api import In, Key, Out, words
from core.i18n import lazy_gettext as _l

State = Literal["live", "coming", "over", "ended"]


class OnDay(In):
    """As of which day; today without one."""

    as_of: Annotated[Day | None, words(_l("As of"))] = None


class ContainsOut(Out):
    """Verbs on a resource, in words."""

    resource: str
    verbs: str


class RightOut(Out):
    """One assignment as it concerns somebody, in words; `strict` counts with a second factor."""

    assignment_id: int
    allow: Annotated[bool, words(_l("Gives, or denies"))]
    duty: Annotated[str, words(_l("Duty"))]
    by: Annotated[str, words(_l("By"))]
    contains: Annotated[list[ContainsOut], words(_l("Contains"))]
    data: Annotated[str, words(_l("On which data, in words"))]
    period: Annotated[str, words(_l("Period"))]
    hours: Annotated[str, words(_l("Weekly hours, in words"))]
    state: Annotated[Literal["live", "coming", "over"], words(_l("State"))]
    strict: Annotated[bool, words(_l("Needs a second factor"))]


class PersonOut(Out):
    """What somebody may do on a day, assignment by assignment."""

    user_id: int
    login: str
    name: Annotated[str, words(_l("Full name"))]
    employee_id: int | None
    grade_id: Annotated[int | None, words(_l("Manager grade"))]
    second_factor: Annotated[bool, words(_l("Second factor"))]
    day: Annotated[date, words(_l("As of"))]
    rights: list[RightOut]


class GradeIn(In):
    """The grade that somebody gets; null is none."""

    grade_id: Annotated[Key | None, words(_l("Manager grade"))]


class DelegationOut(Out):
    """Who acts for whom; `assignments` are those that are handed on, `duties` says them."""

    id: int
    from_user_id: int
    giver: Annotated[str, words(_l("Delegator"))]
    to_user_id: int
    substitute: Annotated[str, words(_l("Substitute"))]
    assignments: list[int]
    duties: Annotated[list[str], words(_l("Duties handed on"))]
    valid_from: Annotated[datetime, words(_l("From"))]
    valid_to: Annotated[datetime, words(_l("Until"))]
    period: Annotated[str, words(_l("Period"))]
    state: Annotated[State, words(_l("State"))]
    reason: Annotated[str, words(_l("Reason"))]
    given_at: Annotated[datetime, words(_l("Given"))]
    given_by: Annotated[str, words(_l("By"))]
    ended_at: Annotated[datetime | None, words(_l("Ended"))]
    ended_by: Annotated[str, words(_l("Ended by"))]
    end_reason: Annotated[str, words(_l("Why it ended"))]
    row_version: int


class UnusedOut(Out):
    """One assignment that nobody used; `apart`: it is ended by itself alone."""

    assignment_id: int
    duty_id: int
    duty: Annotated[str, words(_l("Duty"))]
    subject: Annotated[Subject, words(_l("Kind"))]
    whom: Annotated[str, words(_l("To whom"))]
    holders: Annotated[int, words(_l("Holders"))]
    last_on: Annotated[date | None, words(_l("Last use"))]
    given_at: Annotated[datetime, words(_l("Given"))]
    given_by: Annotated[str, words(_l("By"))]
    apart: bool


class UnusedListOut(Out):
    """What nobody used for so many `days`: uses are known `since`, and tell from `tells_from`."""

    days: int
    since: date | None
    tells_from: date | None
    can_tell: bool
    items: list[UnusedOut]
