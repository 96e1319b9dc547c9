"""The lists of reviews, of their items, and of what the reader is to decide."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased

from addons.rights.models import Assignment
from addons.rights.ranges import in_words
from addons.rights.review_models import REVIEW, Decision, Outcome, Review, ReviewItem
from addons.rights.words import pairs_in_words, subject_titles
from core.accounts.models import User
from core.actor import current_actor
from core.clock import today
from core.i18n import gettext as _
from core.i18n import join_words, localized
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.unit_of_work import current_session
from core.web.lists import BulkAction, Column, Facet, ListSpec, Lookup, Tab

REVIEW_STATES: Mapping[str, Any] = {
    "open": _l("open"),
    "late": _l("overdue"),
    "closed": _l("closed"),
}
REVIEW_TONES = {"open": "info", "late": "warn"}
OPEN = "open"
DECISIONS: Mapping[str, Any] = {
    OPEN: _l("undecided"),
    Decision.KEEP.value: _l("keep"),
    Decision.END.value: _l("end"),
}
DECISION_TONES = {OPEN: "warn", "keep": "ok", "end": "bad"}
OUTCOMES: Mapping[str, Any] = {
    Outcome.ENDED.value: _l("ended at once"),
    Outcome.BEFORE.value: _l("had ended already"),
    Outcome.ASKED.value: _l("administrators were asked"),
}


def _reviews() -> Select[Any]:
    return select().select_from(Review)


def _state() -> ColumnElement[str]:
    return case(
        (Review.closed_at.is_not(None), "closed"), (Review.due_on < today(), "late"), else_="open"
    )


def _items() -> Any:
    mine = ReviewItem.review_id == Review.id
    return select(func.count()).select_from(ReviewItem).where(mine).scalar_subquery()


def _decided() -> Any:
    mine = ReviewItem.review_id == Review.id
    return select(func.count(ReviewItem.decision)).where(mine).scalar_subquery()


REVIEWS = ListSpec(
    key="rights.review",
    resource=REVIEW,
    title=_l("Reviews of rights"),
    endpoint="rights.reviews",
    record_endpoint="rights.show_review",
    id=Review.id,
    source=_reviews,
    columns=(
        Column("name", _l("Name"), Review.name, phone="p1"),
        Column("state", _l("State"), _state, kind="tag", labels=REVIEW_STATES, tones=REVIEW_TONES,
               phone="p2"),
        Column("due", _l("Due"), Review.due_on, kind="date", phone="p3"),
        Column("items", _l("Items"), _items, kind="number", sortable=False),
        Column("decided", _l("Decided"), _decided, kind="number", sortable=False, phone="p4"),
        Column("opened", _l("Opened"), Review.opened_at, kind="instant"),
    ),
    facets=(Facet("state", _l("State"), _state, choices=REVIEW_STATES),),
    search=(Review.name,),
    search_hint=_l("Name"),
    sort="-due",
    empty_title=_l("No review yet"),
    empty_text=_l("A review asks heads of units what each of their people should keep."),
)  # fmt: skip

_Reviewer, _Decider = aliased(User), aliased(Employee)


def _item_rows() -> Select[Any]:
    return (
        select()
        .select_from(ReviewItem)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(_Reviewer, _Reviewer.id == ReviewItem.reviewer_id)
        .outerjoin(_Decider, _Decider.id == _Reviewer.employee_id)
    )


def _own_rows() -> Select[Any]:
    mine = ReviewItem.reviewer_id == (current_actor().user_id or 0)
    return _item_rows().where(mine, Review.closed_at.is_(None))


def _decision() -> ColumnElement[str]:
    return func.coalesce(ReviewItem.decision, OPEN)


def _data(values: Collection[str]) -> Mapping[str, str]:
    """Say on which data and to whom assignments are given, once for each of a page."""
    stored = current_session().scalars(
        select(Assignment).where(Assignment.id.in_([int(one) for one in values]))
    )
    found = stored.unique().all()
    titles = subject_titles((one.subject, one.subject_id) for one in found)
    return {
        str(one.id): f"{titles[one.subject, one.subject_id]} · {in_words(one.ranges)}"
        for one in found
    }


def state_of_review(one: Review) -> str:
    """Return whether a review is open, late or closed."""
    if one.closed_at is not None:
        return "closed"
    return "late" if one.due_on < today() else "open"


def hints_in_words(hints: Iterable[Any]) -> list[str]:
    """Return what a reviewer should know about an item."""
    said = []
    for hint in hints:
        if hint["kind"] == "closed":
            said.append(_("the account is closed"))
        else:
            said.append(_("excludes “%(duty)s”, also held", duty=localized(hint["duty"])))
    return said


def contains_in_words(item: ReviewItem) -> str:
    """Return the verbs of an item as they were given when the review opened."""
    return pairs_in_words(item.contains)


def _hints(values: Collection[str]) -> Mapping[str, str]:
    found = current_session().scalars(
        select(ReviewItem).where(ReviewItem.id.in_([int(one) for one in values]))
    )
    return {str(one.id): join_words(hints_in_words(one.hints)) or "–" for one in found.unique()}


def _review_words() -> dict[int, str]:
    rows = current_session().execute(select(Review.id, Review.name).order_by(Review.id.desc()))
    return {key: name for key, name in rows}  # noqa: C416 - rows are no pairs to a type checker


_SHARED = (
    Column("person", _l("Person"), ReviewItem.person, sub=ReviewItem.login, phone="p1"),
    Column("unit", _l("Unit"), ReviewItem.unit, kind="name", sortable=False, shown=False),
    Column("duty", _l("Duty"), ReviewItem.duty, kind="name", sortable=False, phone="p3"),
    Column("data", _l("To whom, on which data"), ReviewItem.assignment_id,
           labels=Lookup(list, _data), sortable=False),
    Column("hints", _l("To note"), ReviewItem.id, labels=Lookup(list, _hints), sortable=False,
           phone="p4"),
    Column("decision", _l("Decision"), _decision, kind="tag", labels=DECISIONS,
           tones=DECISION_TONES, phone="p2"),
)  # fmt: skip
ITEMS = ListSpec(
    key="rights.review_item",
    resource=REVIEW,
    title=_l("Items of reviews"),
    endpoint="rights.review_items",
    record_endpoint="rights.review_item",
    id=ReviewItem.id,
    source=_item_rows,
    columns=(
        *_SHARED,
        Column("outcome", _l("What came of it"), ReviewItem.outcome, labels=OUTCOMES),
        Column("reviewer", _l("Reviewer"), func.coalesce(_Decider.name, _Reviewer.login)),
        Column("at", _l("Decided at"), ReviewItem.decided_at, kind="instant"),
    ),
    facets=(
        Facet("review", _l("Review"), ReviewItem.review_id, choices=_review_words),
        Facet("decision", _l("Decision"), _decision, choices=DECISIONS),
        Facet("outcome", _l("What came of it"), ReviewItem.outcome, choices=OUTCOMES),
    ),
    search=(ReviewItem.person, ReviewItem.login),
    search_hint=_l("Full name, login"),
    sort="person",
    empty_title=_l("No item yet"),
    empty_text=_l("Open a review first."),
)
MINE = ListSpec(
    key="rights.my_review",
    resource=REVIEW,
    title=_l("Rights to review"),
    endpoint="rights.my_reviews",
    record_endpoint="rights.review_item",
    id=ReviewItem.id,
    source=_own_rows,
    columns=(
        *_SHARED,
        Column("review", _l("Review"), Review.name, shown=False),
        Column("due", _l("Due"), Review.due_on, kind="date"),
    ),
    facets=(Facet("decision", _l("Decision"), _decision, choices=DECISIONS),),
    search=(ReviewItem.person, ReviewItem.login),
    search_hint=_l("Full name, login"),
    sort="person",
    tabs=(Tab("undecided", _l("Undecided"), lambda: {"decision": OPEN}),),
    first_tab="undecided",
    bulk=(BulkAction("keep", _l("Keep"), "rights.keep_items"),),
    empty_title=_l("Nothing to review"),
    empty_text=_l("When a review of rights asks you, its items stand here."),
)
