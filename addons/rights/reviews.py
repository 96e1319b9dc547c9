"""Verbs of reviews: open one, decide, pass on, close, remind. Decisions are made once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from addons.rights.assignments import end_by_review
from addons.rights.models import Subject
from addons.rights.review_models import REVIEW, Decision, Outcome, Review, ReviewItem
from addons.rights.review_plan import Plan, ReviewFields, plan, unknown_choices
from core.access.records import require
from core.accounts.models import User
from core.clock import now, today
from core.contributions import JobDef, Step, Verb
from core.errors import NotFound, Refused
from core.i18n import format_date
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n.writing import wrong_text
from core.notifications.services import Notice, notify
from core.unit_of_work import current_session, current_unit

MOST_ITEMS = 20_000
LONGEST_NAME = 200
AHEAD = timedelta(days=3)
WEEK = 7


def preview(fields: ReviewFields) -> Plan:
    """Return what opening would ask of whom; raise Refused naming every field that is wrong."""
    require(REVIEW, Verb.CREATE)
    errors: dict[str, list[str]] = {}
    name = fields.name.strip()
    if not name or len(name) > LONGEST_NAME or wrong_text(name):
        errors["name"] = [_("Give it a name of at most 200 characters.")]
    if fields.due_on is None or fields.due_on < today():
        errors["due_on"] = [_("Give a day from today on.")]
    if not fields.subjects or not set(fields.subjects) <= set(Subject):
        errors["subjects"] = [_("Choose at least one.")]
    errors |= unknown_choices(current_session(), fields)
    if errors:
        raise Refused(_("Nothing was opened."), fields=errors)
    made = plan(current_session(), fields, current_unit().actor.user_id)
    if not made.items:
        words = _("Nothing that is given now falls under this: choose more.")
        raise Refused(words, fields={"subjects": [words]})
    if len(made.items) > MOST_ITEMS:
        words = _("More than %(most)s items: choose fewer.", most=f"{MOST_ITEMS:,}")
        raise Refused(words, fields={"subjects": [words]})
    return made


def open_review(fields: ReviewFields) -> Review:
    """Open a review and tell its reviewers; raise Refused as `preview` does."""
    made, actor, session = preview(fields), current_unit().actor, current_session()
    review = Review(
        name=fields.name.strip(),
        due_on=fields.due_on,
        covers=fields.covers(),
        opened_by=actor.label[:200],
        opened_by_id=actor.user_id,
    )
    session.add(review)
    session.flush()
    session.add_all(
        ReviewItem(
            review_id=review.id,
            assignment_id=one.assignment.id,
            user_id=one.user_id,
            reviewer_id=one.reviewer_id,
            person=made.people[one.user_id][0],
            login=made.people[one.user_id][1],
            unit=dict(made.people[one.user_id][2]),
            duty=dict(one.assignment.duty.name),
            contains=list(one.contains),
            hints=list(one.hints),
        )
        for one in made.items
    )
    session.flush()
    _tell(review, "open", lambda: _("Please review rights: %(name)s", name=review.name))
    return review


def review(review_id: int) -> Review:
    """Return a review; raise NotFound."""
    found = current_session().get(Review, review_id)
    if found is None:
        raise NotFound(_("There is no such review."))
    return found


def own_item(item_id: int) -> ReviewItem:
    """Return an item that the actor is to decide, or has decided; anybody else's is not there."""
    found = current_session().get(ReviewItem, item_id)
    if found is None or found.reviewer_id != current_unit().actor.user_id:
        raise NotFound(_("There is no such item, or it is with somebody else."))
    return found


def readable_item(item_id: int) -> ReviewItem:
    """Return an item to its reviewer or to whoever may see reviews; raise NotFound."""
    if current_unit().access.may(REVIEW, Verb.QUERY):
        found = current_session().get(ReviewItem, item_id)
        if found is not None:
            return found
    return own_item(item_id)


def decide(item_id: int, decision: str, reason: str = "") -> ReviewItem:
    """Keep or end; being named as the reviewer is the right to it.

    What is given to the very person ends at once. What a position, a grade or everybody has is
    not ended for one of them: administrators are asked. Raises Refused once decided or closed.
    """
    item = own_item(item_id)
    if decision not in set(Decision):
        raise Refused(_("Choose."), fields={"decision": [_("Choose.")]})
    if item.user_id == item.reviewer_id:
        raise Refused(_("Nobody decides about the own rights. Pass it on."))
    text = _checked_reason(reason)
    if decision == Decision.END and not text:
        words = _("Say why it should end.")
        raise Refused(words, fields={"reason": [words]})
    _refuse_unless_open(item, _held(item.review_id))
    if decision == Decision.END:
        item.outcome = _carry_out(item, text)
    _note(item, decision, text)
    current_session().flush()
    return item


def _note(item: ReviewItem, decision: str, text: str = "") -> None:
    item.decision, item.reason = decision, text
    item.decided_at, item.decided_by = now(), current_unit().actor.label[:200]


def _held(review_id: int, *, alone: bool = False) -> Review:
    """Read a review and let nobody close it until the commit; `alone`: nor decide in it."""
    found = select(Review).where(Review.id == review_id).with_for_update(read=not alone)
    fresh = current_session().scalars(found.execution_options(populate_existing=True))
    return fresh.one()


def keep(item_ids: Sequence[int]) -> int:
    """Keep several; those that are decided, the own, or somebody else's are left alone."""
    session, actor_id = current_session(), current_unit().actor.user_id
    wanted = select(ReviewItem).where(
        ReviewItem.id.in_(item_ids),
        ReviewItem.reviewer_id == actor_id,
        ReviewItem.user_id != actor_id,
        ReviewItem.decision.is_(None),
    )
    items = session.scalars(wanted).unique().all()
    held = {key: _held(key) for key in sorted({one.review_id for one in items})}
    kept = [one for one in items if held[one.review_id].closed_at is None]
    for one in kept:
        _note(one, Decision.KEEP)
    session.flush()  # all of them at once
    return len(kept)


def pass_on(item_id: int, user_id: int | None) -> ReviewItem:
    """Give an item to another reviewer, who is told; never to the person concerned.

    Its reviewer may, and whoever may open reviews: a reviewer may have left.
    """
    may_open = current_unit().access.may(REVIEW, Verb.CREATE)
    item = readable_item(item_id) if may_open else own_item(item_id)
    session = current_session()
    _refuse_unless_open(item, _held(item.review_id))
    other = session.get(User, user_id) if user_id is not None else None
    words = ""
    if other is None or not other.active or other.id == item.reviewer_id:
        words = _("Choose somebody else whose account is open.")
    elif other.id == item.user_id:
        words = _("Nobody decides about the own rights.")
    if words or other is None:
        raise Refused(words, fields={"user_id": [words]})
    item.reviewer_id, item.passed_by = other.id, current_unit().actor.label[:200]
    session.flush()
    found = item.review
    notice = _notice(found, f"passed:{item.id}:{item.row_version}",
                     lambda: _("Please review rights: %(name)s", name=found.name))  # fmt: skip
    notify(session, notice, users=[other.id])
    return item


def close(review_id: int) -> Review:
    """Close a review: from then on nothing in it changes; what is undecided stays undecided."""
    require(REVIEW, Verb.CREATE)
    review(review_id)
    found = _held(review_id, alone=True)  # decisions that are on their way come first
    if found.closed_at is not None:
        raise Refused(_("It is closed already."))
    found.closed_at, found.closed_by = now(), current_unit().actor.label[:200]
    current_session().flush()
    return found


def progress(review_id: int) -> list[tuple[int, int, int]]:
    """Return (reviewer, items, of these decided), the most open ones first."""
    rows = current_session().execute(
        select(ReviewItem.reviewer_id, func.count(), func.count(ReviewItem.decision))
        .where(ReviewItem.review_id == review_id)
        .group_by(ReviewItem.reviewer_id)
    )
    return sorted(((r, n, d) for r, n, d in rows), key=lambda row: (row[2] - row[1], row[0]))


def remind(run: Any) -> Step:
    """Tell reviewers who are not done: three days before the day, and each week after it."""
    session = run.session
    due = Review.due_on <= today() + AHEAD
    for found in session.scalars(select(Review).where(Review.closed_at.is_(None), due)).all():
        late = (today() - found.due_on).days
        if late <= 0:
            _tell(found, "soon", _words_of(found))
        else:
            _tell(found, f"late:{(late - 1) // WEEK}", _words_of(found, late=True))
    return Step(done=True)


REMIND = JobDef(
    kind="rights.remind",
    title=_l("Remind of reviews of rights"),
    step=remind,
    every=timedelta(days=1),
)


def _words_of(found: Review, *, late: bool = False) -> Any:
    name, day = found.name, found.due_on
    if late:
        return lambda: _(
            "The review of rights “%(name)s” was due on %(day)s", name=name, day=format_date(day)
        )
    return lambda: _(
        "The review of rights “%(name)s” is due on %(day)s", name=name, day=format_date(day)
    )


def _tell(found: Review, moment: str, title: Any) -> None:
    session = current_session()
    waiting = session.scalars(
        select(ReviewItem.reviewer_id)
        .where(ReviewItem.review_id == found.id, ReviewItem.decision.is_(None))
        .distinct()
    ).all()
    notify(session, _notice(found, moment, title), users=waiting)


def _notice(found: Review, moment: str, title: Any) -> Notice:
    return Notice(
        kind="rights.review",
        key=f"rights.review:{found.id}:{moment}",
        title=title,
        detail=lambda: _("Until %(day)s", day=format_date(found.due_on)),
        endpoint="rights.my_reviews",
        owner="rights",
    )


def _carry_out(item: ReviewItem, reason: str) -> Outcome:
    given = item.assignment
    if given.ended_at is not None:
        return Outcome.BEFORE
    if given.subject == Subject.USER:
        end_by_review(given, reason)
        return Outcome.ENDED
    person, key = item.person, given.id
    notice = Notice(
        kind="rights.review",
        key=f"rights.review:asked:{item.id}",
        title=lambda: _("A review asks to take a duty from %(name)s", name=person),
        detail=lambda: reason[:200],
        endpoint="rights.show_assignment",
        arguments={"record_id": key},
        owner="rights",
    )
    notify(current_session(), notice, administrators=True)
    return Outcome.ASKED


def _refuse_unless_open(item: ReviewItem, held: Review) -> None:
    if held.closed_at is not None:
        raise Refused(_("The review is closed; nothing in it changes any more."))
    if item.decision is not None:
        raise Refused(_("It is decided already; a decision is never changed."))


def _checked_reason(reason: str) -> str:
    if wrong := wrong_text(reason, lines=True):
        raise Refused(wrong, fields={"reason": [wrong]})
    return reason.strip()
