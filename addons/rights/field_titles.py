"""The words for fields in the history of duties, assignments, grades and reviews."""

from collections.abc import Mapping
from typing import Any

from addons.rights.delegation_models import Delegation
from addons.rights.models import Assignment, Duty, Exclusion, Grade, Grading, Subject
from addons.rights.ranges import in_words
from addons.rights.review_evidence import covers_in_words
from addons.rights.review_lists import DECISIONS, OUTCOMES, hints_in_words
from addons.rights.review_models import Review, ReviewItem
from addons.rights.words import (
    EFFECTS,
    SUBJECTS,
    hours_in_words,
    pairs_in_words,
    subject_title,
    verb_title,
)
from core.audit.field_words import name_fields
from core.i18n import join_words
from core.i18n import lazy_gettext as _l

Beside = Mapping[str, Any]


def _verbs(value: Any, _beside: Beside) -> str:
    return join_words(verb_title(one) for one in value)


def _grants(value: Any, _beside: Beside) -> str:
    return pairs_in_words(value)


def _subject(value: Any, beside: Beside) -> str:
    kind = str(beside.get("subject", ""))
    return subject_title(kind, value) if kind in set(Subject) else f"#{value}"


def _data(value: Any, _beside: Beside) -> str:
    return in_words(value)


def _hours(value: Any, _beside: Beside) -> str:
    return hours_in_words(value)


def _covers(value: Any, _beside: Beside) -> str:
    return covers_in_words(value)


def _hints(value: Any, _beside: Beside) -> str:
    return join_words(hints_in_words(value))


def name_all() -> None:
    """Give columns, tables and facts their words, once, when the add-on is loaded."""
    name_fields(
        Duty,
        {
            "code": _l("Code"),
            "name": _l("Name"),
            "summary": _l("Description"),
            "active": _l("May be given"),
            "second_factor": _l("Second factor"),
            "changed_at": _l("Changed"),
            "grants": _l("Rights"),
        },
        readers={"grants": _grants},
    )
    name_fields(
        Assignment,
        {
            "duty_id": _l("Duty"),
            "subject": _l("Kind of holder"),
            "subject_id": _l("To whom"),
            "allow": _l("Effect"),
            "verbs": _l("Only these verbs"),
            "ranges": _l("On which data"),
            "valid_from": _l("From"),
            "valid_to": _l("Until"),
            "weekly_hours": _l("Weekly hours"),
            "reason": _l("Reason"),
            "given_at": _l("Given"),
            "given_by": _l("By"),
            "ended_at": _l("Ended"),
            "ended_by": _l("Ended by"),
            "end_reason": _l("Why it ended"),
        },
        labels={"subject": SUBJECTS, "allow": EFFECTS},
        readers={
            "verbs": _verbs,
            "subject_id": _subject,
            "ranges": _data,
            "weekly_hours": _hours,
        },
    )
    name_fields(
        Delegation,
        {
            "from_user_id": _l("Delegator"),
            "to_user_id": _l("Substitute"),
            "assignments": _l("Duties handed on"),
            "valid_from": _l("From"),
            "valid_to": _l("Until"),
            "reason": _l("Reason"),
            "given_at": _l("Given"),
            "given_by": _l("By"),
            "ended_at": _l("Ended"),
            "ended_by": _l("Ended by"),
            "end_reason": _l("Why it ended"),
        },
    )
    name_fields(Grade, {"code": _l("Code"), "name": _l("Name"), "sort": _l("Sort order")})
    name_fields(Grading, {"employee_id": _l("Person"), "grade_id": _l("Manager grade")})
    name_fields(
        Exclusion,
        {"duty_id": _l("Duty"), "other_id": _l("Excludes"), "reason": _l("Reason")},
    )
    name_fields(
        Review,
        {
            "name": _l("Name"),
            "due_on": _l("Due"),
            "covers": _l("Covers"),
            "opened_at": _l("Opened"),
            "opened_by": _l("Opened by"),
            "opened_by_id": _l("Account of whoever opened it"),
            "closed_at": _l("Closed"),
            "closed_by": _l("Closed by"),
        },
        readers={"covers": _covers},
    )
    name_fields(
        ReviewItem,
        {
            "review_id": _l("Review"),
            "assignment_id": _l("Assignment of a duty"),
            "user_id": _l("Account"),
            "reviewer_id": _l("Reviewer"),
            "person": _l("Person"),
            "login": _l("Login"),
            "unit": _l("Unit"),
            "duty": _l("Duty"),
            "contains": _l("Rights"),
            "hints": _l("To note"),
            "passed_by": _l("Passed on by"),
            "decision": _l("Decision"),
            "outcome": _l("Outcome"),
            "reason": _l("Reason"),
            "decided_at": _l("Decided at"),
            "decided_by": _l("Decided by"),
        },
        labels={"decision": DECISIONS, "outcome": OUTCOMES},
        readers={"contains": _grants, "hints": _hints},
        rows=_l("Item of a review of rights"),
    )
