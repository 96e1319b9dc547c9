"""The evidence of a review: who decided what, when and why, as a file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from addons.rights.models import Duty
from addons.rights.ranges import in_words
from addons.rights.review_lists import (
    DECISIONS,
    OPEN,
    OUTCOMES,
    contains_in_words,
    hints_in_words,
)
from addons.rights.review_models import REVIEW, Review, ReviewItem
from addons.rights.subjects import user_names
from addons.rights.words import (
    SUBJECTS,
    hours_in_words,
    period_in_words,
    subject_titles,
)
from core.exchange.export import ExportFile, Format, audit_export, write_file
from core.i18n import format_datetime, join_words, localized, ngettext
from core.i18n import gettext as _
from core.organisation.models import OrgUnit
from core.unit_of_work import current_session, unit_of_work


def covers_in_words(covers: Mapping[str, Any]) -> str:
    """Say to what a review is limited; see `ReviewFields.covers`."""
    session = current_session()
    chosen = len(covers.get("assignments", ()))  # reviews from before it could be chosen lack it
    if chosen:
        return ngettext("%(num)s chosen assignment", "%(num)s chosen assignments", chosen)
    said = [join_words(str(SUBJECTS[one]) for one in covers["subjects"])]
    for model, key in ((Duty, "duties"), (OrgUnit, "units")):
        if covers[key]:
            found = session.scalars(select(model.name).where(model.id.in_(covers[key])))
            said.append(join_words(localized(name) for name in found))
    return " · ".join(said)


def file_of(review: Review, fmt: Format) -> ExportFile:
    """Return a review's items as a file, and note in the audit trail who took it out."""
    titles = [
        _("Review"), _("Person"), _("Login"), _("Unit"), _("Duty"), _("It contains"),
        _("To whom"), _("On which data"), _("Period"), _("Weekly hours"), _("Given"), _("By"),
        _("To note"), _("Reviewer"), _("Decision"), _("What came of it"), _("Why"),
        _("Decided by"), _("Decided at"),
    ]  # fmt: skip
    file = write_file(titles, _rows(review), fmt=fmt, name=f"review-{review.id}")
    with unit_of_work() as writing:
        audit_export(writing, file, resource=REVIEW, arguments=f"review={review.id}")
    return file


def _rows(review: Review) -> Iterator[Sequence[Any]]:
    items = current_session().scalars(
        select(ReviewItem)
        .where(ReviewItem.review_id == review.id)
        .order_by(ReviewItem.person, ReviewItem.id)
    )
    found = items.unique().all()
    reviewers = user_names(current_session(), (one.reviewer_id for one in found))
    titles = subject_titles((one.assignment.subject, one.assignment.subject_id) for one in found)
    data: dict[int, str] = {}  # said once for each assignment, of which many people have one
    for one in found:
        given = one.assignment
        if given.id not in data:
            data[given.id] = in_words(given.ranges)
        yield [
            review.name,
            one.person,
            one.login,
            localized(one.unit),
            localized(one.duty),
            contains_in_words(one),
            titles[given.subject, given.subject_id],
            data[given.id],
            period_in_words(given),
            hours_in_words(given.weekly_hours),
            format_datetime(given.given_at),
            given.given_by,
            join_words(hints_in_words(one.hints)),
            reviewers.get(one.reviewer_id, ""),
            str(DECISIONS[one.decision or OPEN]),
            str(OUTCOMES[one.outcome]) if one.outcome else "",
            one.reason,
            one.decided_by,
            format_datetime(one.decided_at) if one.decided_at else "",
        ]
