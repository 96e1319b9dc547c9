"""What the programming interface takes and gives about reviews of rights."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from addons.rights.api_models import Day, Reason
from addons.rights.models import Subject
from addons.rights.review_models import Decision, Outcome
from core.api import In, Key, Out, Text, words
from core.i18n import lazy_gettext as _l

MOST_AT_ONCE = 1_000


class NewReview(In):
    """What a review covers, and until when it is to be done; no duties or units named: all."""

    name: Annotated[Text, Field(min_length=1, max_length=200), words(_l("Name"))]
    due_on: Annotated[Day, words(_l("Due"))]
    subjects: Annotated[
        list[Subject], Field(min_length=1, max_length=len(Subject)), words(_l("Given to"))
    ]
    duties: Annotated[list[Key], Field(max_length=MOST_AT_ONCE), words(_l("Duties"))] = Field(
        default_factory=list
    )
    units: Annotated[
        list[Key], Field(max_length=MOST_AT_ONCE), words(_l("People of these units and below"))
    ] = Field(default_factory=list)


class AskedOut(Out):
    """Somebody who would be asked, and about how much."""

    name: Annotated[str, words(_l("Reviewer"))]
    items: Annotated[int, words(_l("Items"))]


class PlanOut(Out):
    """What opening a review would ask of whom; nothing is stored."""

    items: Annotated[int, words(_l("Items"))]
    reviewers: list[AskedOut]


class ReviewOut(Out):
    """One review; `covers` is data, `covers_words` says it."""

    id: int
    name: Annotated[str, words(_l("Name"))]
    state: Annotated[Literal["open", "late", "closed"], words(_l("State"))]
    due_on: Annotated[date, words(_l("Due"))]
    covers: Mapping[str, Any]
    covers_words: Annotated[str, words(_l("Covers"))]
    items: Annotated[int, words(_l("Items"))]
    decided: Annotated[int, words(_l("Decided"))]
    opened_at: Annotated[datetime, words(_l("Opened"))]
    opened_by: Annotated[str, words(_l("By"))]
    closed_at: Annotated[datetime | None, words(_l("Closed"))]
    closed_by: Annotated[str, words(_l("Closed by"))]
    row_version: int


class ProgressOut(Out):
    """How far one reviewer is."""

    reviewer_id: int
    reviewer: Annotated[str, words(_l("Reviewer"))]
    items: Annotated[int, words(_l("Items"))]
    decided: Annotated[int, words(_l("Decided"))]


class ItemOut(Out):
    """One person's part in one assignment, as it was when the review opened, and the decision."""

    id: int
    review_id: int
    review: Annotated[str, words(_l("Review"))]
    assignment_id: int
    user_id: int
    person: Annotated[str, words(_l("Person"))]
    login: str
    unit: Annotated[dict[str, str], words(_l("Unit"))]
    duty: Annotated[str, words(_l("Duty"))]
    contains: Annotated[list[str], words(_l("It contains"))]
    whom: Annotated[str, words(_l("To whom"))]
    data: Annotated[str, words(_l("On which data"))]
    period: Annotated[str, words(_l("Period"))]
    hours: Annotated[str, words(_l("Weekly hours"))]
    hints: Annotated[list[str], words(_l("To note"))]
    reviewer_id: Annotated[int, words(_l("Reviewer"))]
    passed_by: Annotated[str, words(_l("Passed on by"))]
    decision: Annotated[Decision | None, words(_l("Decision"))]
    outcome: Annotated[Outcome | None, words(_l("What came of it"))]
    reason: Annotated[str, words(_l("Why"))]
    decided_at: Annotated[datetime | None, words(_l("Decided at"))]
    decided_by: Annotated[str, words(_l("Decided by"))]


class KeepIn(In):
    """Items to keep; those that are not the caller's, or are decided by now, are left alone."""

    ids: Annotated[list[Key], Field(min_length=1, max_length=MOST_AT_ONCE)]


class KeptOut(Out):
    """How many were kept."""

    kept: int


class DecideIn(In):
    """Keep or end; an end needs a reason."""

    decision: Annotated[Decision, words(_l("Decision"))]
    reason: Reason = ""


class PassOnIn(In):
    """Who is to decide instead."""

    user_id: Annotated[Key, words(_l("Pass on to"))]


class FileIn(In):
    """As which kind of file."""

    format: Literal["csv", "xlsx"] = "csv"
