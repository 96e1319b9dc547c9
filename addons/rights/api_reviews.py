"""The programming interface of reviews: open, follow, close, export; decide and pass on.

Reviewers decide by being named, not by a right. A token does so only if it was made for it: with
`create` of reviews, and to end something with `delete` of assignments too.
"""

from flask import Response

from addons.rights import review_evidence, reviews
from addons.rights.api import api
from addons.rights.api_proof import demand_scope
from addons.rights.api_review_models import (
    AskedOut,
    DecideIn,
    FileIn,
    ItemOut,
    KeepIn,
    KeptOut,
    NewReview,
    PassOnIn,
    PlanOut,
    ProgressOut,
    ReviewOut,
)
from addons.rights.api_words import columns_of
from addons.rights.models import ASSIGNMENT
from addons.rights.ranges import in_words
from addons.rights.review_lists import ITEMS, MINE, REVIEWS, hints_in_words, state_of_review
from addons.rights.review_models import REVIEW, Decision, Review, ReviewItem
from addons.rights.review_plan import ReviewFields
from addons.rights.subjects import user_names
from addons.rights.words import hours_in_words, period_in_words, subject_title
from core.access.decorators import needs, signed_in
from core.api.blueprint import FILES
from core.audit.words import actor_words
from core.contributions import Verb
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.unit_of_work import current_session

api.collection("/reviews", REVIEWS, name="reviews", summary=_l("List reviews"))


@api.on("GET", "/reviews/<int:record_id>", summary=_l("Read a review"))
@needs(REVIEW, Verb.QUERY)
def show_review(record_id: int) -> ReviewOut:
    """Answer one review and how far it is."""
    return _review(reviews.review(record_id))


@api.on("GET", "/reviews/<int:record_id>/progress", summary=_l("Read how far each reviewer is"))
@needs(REVIEW, Verb.QUERY)
def progress(record_id: int) -> list[ProgressOut]:
    """Answer who has decided how much, the most open ones first."""
    rows = reviews.progress(reviews.review(record_id).id)
    names = user_names(current_session(), (key for key, _number, _decided in rows))
    return [
        ProgressOut(reviewer_id=key, reviewer=names.get(key, ""), items=number, decided=decided)
        for key, number, decided in rows
    ]


@api.on("POST", "/reviews/preview", summary=_l("Preview what a review would ask of whom"))
@needs(REVIEW, Verb.CREATE)
def preview_review(body: NewReview) -> PlanOut:
    """Tell how much would be asked of whom; nothing is stored."""
    plan = reviews.preview(_fields(body))
    asked = [AskedOut(name=name, items=number) for name, number in plan.reviewers]
    return PlanOut(items=len(plan.items), reviewers=asked)


@api.on(
    "POST",
    "/reviews",
    summary=_l("Open a review"),
    status=201,
    location="rights_api.show_review",
)
@needs(REVIEW, Verb.CREATE)
def open_review(body: NewReview) -> ReviewOut:
    """Open a review and tell its reviewers."""
    return _review(reviews.open_review(_fields(body)))


@api.on("POST", "/reviews/<int:record_id>/close", summary=_l("Close a review"))
@needs(REVIEW, Verb.CREATE)
def close_review(record_id: int) -> ReviewOut:
    """Close a review: what is undecided stays undecided."""
    return _review(reviews.close(record_id))


@api.on(
    "GET",
    "/reviews/<int:record_id>/evidence",
    summary=_l("Export the evidence of a review"),
    gives=FILES,
)
@needs(REVIEW, Verb.EXPORT)
def evidence(record_id: int, query: FileIn) -> Response:
    """Send who decided what, when and why as a file."""
    return review_evidence.file_of(reviews.review(record_id), query.format).response()


api.collection("/reviews/items", ITEMS, name="items", summary=_l("List items of reviews"))
api.collection("/reviews/mine", MINE, name="mine", summary=_l("List items that you decide"))


@api.on("GET", "/reviews/items/<int:record_id>", summary=_l("Read an item of a review"))
@signed_in
def show_item(record_id: int) -> ItemOut:
    """Answer an item to its reviewer, or to whoever may see reviews."""
    demand_scope(REVIEW, Verb.QUERY)
    return _item(reviews.readable_item(record_id))


@api.on("POST", "/reviews/items/keep", summary=_l("Keep what several items of a review ask about"))
@signed_in
def keep(body: KeepIn) -> KeptOut:
    """Keep many of the caller's own items."""
    demand_scope(REVIEW, Verb.CREATE)
    return KeptOut(kept=reviews.keep(body.ids))


@api.on("POST", "/reviews/items/<int:record_id>/decide", summary=_l("Decide an item of a review"))
@signed_in
def decide(record_id: int, body: DecideIn) -> ItemOut:
    """Keep or end, once; nobody gets more rights by an end."""
    demand_scope(REVIEW, Verb.CREATE)
    if body.decision == Decision.END:
        demand_scope(ASSIGNMENT, Verb.DELETE)
    return _item(reviews.decide(record_id, body.decision, body.reason))


@api.on("POST", "/reviews/items/<int:record_id>/pass-on", summary=_l("Pass an item of a review on"))
@signed_in
def pass_on(record_id: int, body: PassOnIn) -> ItemOut:
    """Let somebody else decide."""
    demand_scope(REVIEW, Verb.CREATE)
    return _item(reviews.pass_on(record_id, body.user_id))


def _fields(body: NewReview) -> ReviewFields:
    return ReviewFields(
        name=body.name,
        due_on=body.due_on,
        subjects=tuple(body.subjects),
        duties=tuple(body.duties),
        units=tuple(body.units),
    )


def _review(found: Review) -> ReviewOut:
    rows = reviews.progress(found.id)
    said = actor_words()
    return ReviewOut.model_validate(
        {
            **columns_of(found),
            "state": state_of_review(found),
            "covers_words": review_evidence.covers_in_words(found.covers),
            "items": sum(number for _key, number, _decided in rows),
            "decided": sum(decided for _key, _number, decided in rows),
            "opened_by": said.get(found.opened_by, found.opened_by),
        }
    )


def _item(found: ReviewItem) -> ItemOut:
    given = found.assignment
    return ItemOut.model_validate(
        {
            **columns_of(found),
            "review": found.review.name,
            "duty": localized(found.duty),
            "whom": subject_title(given.subject, given.subject_id),
            "data": in_words(given.ranges),
            "period": period_in_words(given),
            "hours": hours_in_words(given.weekly_hours),
            "hints": hints_in_words(found.hints),
        }
    )
