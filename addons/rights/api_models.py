"""What the programming interface takes and gives about duties, grades and assignments."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from addons.rights.models import Subject
from addons.rights.names import LONGEST_CODE
from core.api import In, Integer, Key, Names, Out, Text, words
from core.i18n import lazy_gettext as _l

MOST = 500
PAIR = "^[A-Za-z0-9_.*-]{1,80}:[A-Za-z0-9_.*:-]{1,60}$"
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOUR = "^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$"


def _day(value: Any) -> date:
    """Take a day only as the document says: a bare "0" would be the first of 1970."""
    with suppress(ValueError):
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    raise PydanticCustomError("date_form", "a day such as 2026-03-01")


Day = Annotated[date, BeforeValidator(_day)]
Pairs = Annotated[
    list[Annotated[str, Field(pattern=PAIR, examples=["customers.customer:query"])]],
    Field(max_length=2_000),
    words(_l("Contains")),
]
Code = Annotated[Text, Field(min_length=1, max_length=LONGEST_CODE), words(_l("Code"))]
Reason = Annotated[Text, Field(max_length=1_000), words(_l("Reason"))]


class DutyValues(In):
    """What people edit of a duty; `contains` are pairs "resource:verb", "*" is every one."""

    code: Code = ""
    name: Annotated[Names | None, words(_l("Name"))] = None
    summary: Annotated[Text, Field(max_length=1_000), words(_l("What it is for"))] = ""
    active: Annotated[bool, words(_l("May be given"))] = True
    second_factor: Annotated[bool, words(_l("Needs a second factor"))] = False
    contains: Pairs = Field(default_factory=list)


class NewDuty(DutyValues):
    """A new duty, which nobody holds yet."""

    code: Code
    name: Annotated[Names, words(_l("Name"))]


class ExclusionOut(Out):
    """Another duty that nobody may hold beside this one."""

    duty_id: int
    name: Annotated[str, words(_l("Duty"))]
    reason: Annotated[str, words(_l("Reason"))]


class DutyOut(Out):
    """One duty: what it contains, in how many assignments it stands, and what it excludes."""

    id: int
    code: Annotated[str, words(_l("Code"))]
    name: Annotated[Names, words(_l("Name"))]
    summary: Annotated[str, words(_l("What it is for"))]
    active: Annotated[bool, words(_l("May be given"))]
    second_factor: Annotated[bool, words(_l("Needs a second factor"))]
    contains: Annotated[list[str], words(_l("Contains"))]
    excludes: Annotated[list[ExclusionOut], words(_l("Excludes"))]
    assignments: Annotated[int, words(_l("Assignments"))]
    changed_at: Annotated[datetime, words(_l("Changed"))]
    row_version: int


class Exclude(In):
    """Which duty nobody may hold beside this one, and why."""

    other_id: Annotated[Key, words(_l("Duty"))]
    reason: Annotated[Text, Field(max_length=300), words(_l("Reason"))] = ""


class GradeValues(In):
    """What people edit of a grade."""

    code: Code = ""
    name: Annotated[Names | None, words(_l("Name"))] = None
    sort: Annotated[Integer, words(_l("Sort order"))] = 0


class NewGrade(GradeValues):
    """A new grade, which nobody has yet."""

    code: Code
    name: Annotated[Names, words(_l("Name"))]


class GradeOut(Out):
    """One grade of account managers."""

    id: int
    code: Annotated[str, words(_l("Code"))]
    name: Annotated[Names, words(_l("Name"))]
    sort: Annotated[int, words(_l("Sort order"))]
    row_version: int


class RangeIn(In):
    """One alternative of a range, as answers give it; see the kinds in docs/rights.md."""

    kind: Literal["unit", "own", "headed", "self", "reports", "person", "record", "rule"]
    id: Key | None = None
    below: bool | None = None
    all: (
        Annotated[
            dict[
                Annotated[str, Field(max_length=80)], Annotated[list[Text], Field(max_length=MOST)]
            ],
            Field(max_length=20),
        ]
        | None
    ) = None


Hours = dict[
    Literal["0", "1", "2", "3", "4", "5", "6"],
    Annotated[
        list[Annotated[
            list[Annotated[str, Field(pattern=HOUR)]], Field(min_length=2, max_length=2)
        ]],
        Field(min_length=1, max_length=20),
    ],
]  # fmt: skip


class NewAssignment(In):
    """A duty for somebody (`allow` false: denied): which verbs of it, on which data, when, why.

    All dimensions of `ranges` must hold, each by one of its alternatives; none means all data.
    `valid_until` is the last day. `weekly_hours` maps days of the week (0 is Monday) to spans.
    """

    duty_id: Annotated[Key, words(_l("Duty"))]
    subject: Annotated[Subject, words(_l("To whom"))]
    subject_id: Annotated[Key | None, words(_l("Person, position or grade"))] = None
    allow: Annotated[bool, words(_l("Gives, or denies"))] = True
    verbs: Annotated[
        Annotated[list[Annotated[Text, Field(max_length=60)]], Field(max_length=MOST)] | None,
        words(_l("Only these verbs")),
    ] = None
    ranges: Annotated[
        dict[
            Annotated[str, Field(max_length=80)],
            Annotated[list[RangeIn], Field(min_length=1, max_length=MOST)],
        ],
        Field(max_length=20),
        words(_l("On which data")),
    ] = Field(default_factory=dict)
    valid_from: Annotated[Day | None, words(_l("From"))] = None
    valid_until: Annotated[Day | None, words(_l("Last day"))] = None
    weekly_hours: Annotated[Hours | None, words(_l("Weekly hours"))] = None
    reason: Reason = ""


class EndIn(In):
    """Why it ends."""

    reason: Reason = ""


class NamedOut(Out):
    """An account by its name."""

    user_id: int
    name: str


class AssignmentOut(Out):
    """One assignment; what is data is also said in words. `people` names the first 500."""

    id: int
    duty_id: int
    duty: Annotated[str, words(_l("Duty"))]
    allow: Annotated[bool, words(_l("Gives, or denies"))]
    subject: Annotated[Subject, words(_l("To whom"))]
    subject_id: Annotated[int | None, words(_l("Person, position or grade"))]
    whom: Annotated[str, words(_l("To whom, in words"))]
    verbs: Annotated[list[str] | None, words(_l("Only these verbs"))]
    ranges: Annotated[Mapping[str, Any], words(_l("On which data"))]
    data: Annotated[str, words(_l("On which data, in words"))]
    valid_from: Annotated[datetime | None, words(_l("From"))]
    valid_to: Annotated[datetime | None, words(_l("Until"))]
    period: Annotated[str, words(_l("Period"))]
    weekly_hours: Annotated[Mapping[str, Any] | None, words(_l("Weekly hours"))]
    hours: Annotated[str, words(_l("Weekly hours, in words"))]
    state: Annotated[Literal["live", "coming", "over", "ended"], words(_l("State"))]
    reason: Annotated[str, words(_l("Reason"))]
    given_at: Annotated[datetime, words(_l("Given"))]
    given_by: Annotated[str, words(_l("By"))]
    ended_at: Annotated[datetime | None, words(_l("Ended"))]
    ended_by: Annotated[str, words(_l("Ended by"))]
    end_reason: Annotated[str, words(_l("Why it ended"))]
    concerned: Annotated[int, words(_l("Concerns now"))]
    people: list[NamedOut]
    row_version: int


class ExtentOut(Out):
    """How far a verb goes; `rows` is null where none are counted, 10001 for more than 10,000."""

    held: bool
    rows: int | None


class DifferenceOut(Out):
    """What changes alike about some verbs on one resource."""

    resource: str
    verbs: list[str]
    before: ExtentOut
    after: ExtentOut
    gains: bool
    loses: bool


class ChangeOut(Out):
    """What changes for one person."""

    user_id: int
    name: str
    differences: list[DifferenceOut]


class EffectsOut(Out):
    """What an act would change; nothing is stored.

    `looked_at` of the `concerned` were looked at, as of `at` where it begins later. `lacking` have
    no second factor yet although the duty needs one. Where `widens`, it takes a password: it is
    done on its page.
    """

    concerned: int
    looked_at: int
    lacking: int
    at: datetime | None
    widens: bool
    changes: list[ChangeOut]
