"""Pages of reviews: for administrators open, follow, close, export; for reviewers decide."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from addons.rights import review_evidence, reviews
from addons.rights.blueprint import blueprint
from addons.rights.ranges import in_words
from addons.rights.review_forms import HAND_ON, ItemForm, ReviewForm
from addons.rights.review_lists import (
    DECISION_TONES,
    DECISIONS,
    ITEMS,
    MINE,
    OPEN,
    OUTCOMES,
    REVIEW_STATES,
    REVIEW_TONES,
    REVIEWS,
    contains_in_words,
    hints_in_words,
    state_of_review,
)
from addons.rights.review_models import REVIEW, ReviewItem
from addons.rights.subjects import user_names
from addons.rights.words import hours_in_words, period_in_words, subject_title
from core.access.decorators import needs, signed_in
from core.audit.words import actor_words
from core.contributions import Verb
from core.exchange.list_export import checked_format
from core.i18n import gettext as _
from core.i18n import localized, ngettext
from core.unit_of_work import current_session, current_unit, unit_of_work
from core.web.answering import confirm, press
from core.web.lists import render_list, return_to
from core.web.records import Action, Crumb, Fact, RecordPage, render_record

OPENS = "open"


@blueprint.get("/reviews", endpoint="reviews")
@needs(REVIEW, Verb.QUERY)
def list_reviews() -> ResponseReturnValue:
    """List the reviews."""
    return render_list(REVIEWS, create="rights.open_review")


@blueprint.route("/reviews/new", methods=["GET", "POST"])
@needs(REVIEW, Verb.CREATE)
def open_review() -> ResponseReturnValue:
    """Say what a review covers, show how much it asks of whom, then open it."""
    form, seen = ReviewForm(), []

    def act() -> int | None:
        seen.append(reviews.preview(form.fields()))
        if request.form.get("step") != OPENS:
            return None
        with unit_of_work():
            return reviews.open_review(form.fields()).id

    if form.accepts(act) and form.result is not None:
        flash(_("Opened. The reviewers were told."), "ok")
        return redirect(url_for("rights.show_review", record_id=form.result), 303)
    return form.render(
        "rights/review_new.html",
        title=_("Open a review"),
        crumbs=[_home()],
        submit=_("Open it"),
        cancel=url_for("rights.reviews"),
        plan=seen[0] if seen else None,
    )


@blueprint.get("/reviews/<int:record_id>")
@needs(REVIEW, Verb.QUERY)
def show_review(record_id: int) -> ResponseReturnValue:
    """Show how far a review is, reviewer by reviewer."""
    one = reviews.review(record_id)
    state = state_of_review(one)
    rows = reviews.progress(record_id)
    names = user_names(current_session(), (key for key, _n, _d in rows))
    actions = [
        Action(words, url_for("rights.export_review", record_id=one.id, format=fmt), "download",
               needs=(REVIEW, Verb.EXPORT))
        for fmt, words in (("xlsx", _("Evidence (XLSX)")), ("csv", _("Evidence (CSV)")))
    ]  # fmt: skip
    if one.closed_at is None:
        closing = url_for("rights.close_review", record_id=one.id)
        actions.append(Action(_("Close it"), closing, "check", needs=(REVIEW, Verb.CREATE)))
    facts = [
        Fact(_("Due"), one.due_on, "date"),
        Fact(_("Covers"), review_evidence.covers_in_words(one.covers)),
        Fact(_("Opened"), one.opened_at, "instant"),
        Fact(_("By"), actor_words().get(one.opened_by, one.opened_by)),
    ]
    if one.closed_at is not None:
        facts += [Fact(_("Closed"), one.closed_at, "instant"), Fact(_("Closed by"), one.closed_by)]
    page = RecordPage(
        resource=REVIEW,
        record_id=one.id,
        record=one,
        title=one.name,
        crumbs=[_home()],
        tags=[(str(REVIEW_STATES[state]), REVIEW_TONES.get(state, ""))],
        facts=facts,
        actions=actions,
    )
    return render_record(
        page,
        template="rights/review.html",
        rows=[(names.get(key, "–"), number, decided) for key, number, decided in rows],
        whole=sum(number for _k, number, _d in rows),
        decided=sum(decided for _k, _n, decided in rows),
        items_url=url_for("rights.review_items", review=one.id),
    )


@blueprint.route("/reviews/<int:record_id>/close", methods=["GET", "POST"])
@needs(REVIEW, Verb.CREATE)
def close_review(record_id: int) -> ResponseReturnValue:
    """Ask, then close a review."""
    one = reviews.review(record_id)
    left = sum(number - decided for _k, number, decided in reviews.progress(record_id))
    words = ngettext("%(num)s item stays undecided.", "%(num)s items stay undecided.", left)
    return confirm(
        lambda _session: reviews.close(record_id),
        url_for("rights.show_review", record_id=record_id),
        title=_("Close %(name)s", name=one.name),
        crumbs=[_home(), Crumb(one.name, url_for("rights.show_review", record_id=record_id))],
        submit=_("Close it"),
        obstacles=[_("It is closed already.")] if one.closed_at is not None else [],
        happens=[(None, words), (None, _("Nothing in it can be changed any more."))],
        keeps=[(None, _("All decisions and reasons, as evidence."))],
    )


@blueprint.get("/reviews/<int:record_id>/export")
@needs(REVIEW, Verb.EXPORT)
def export_review(record_id: int) -> ResponseReturnValue:
    """Give who decided what when and why as a file."""
    fmt = checked_format(request.args.get("format", "csv"))
    return review_evidence.file_of(reviews.review(record_id), fmt).response()


@blueprint.get("/reviews/items")
@needs(REVIEW, Verb.QUERY)
def review_items() -> ResponseReturnValue:
    """List the items of all reviews."""
    return render_list(ITEMS)


@blueprint.get("/reviews/mine")
@signed_in
def my_reviews() -> ResponseReturnValue:
    """List what the reader is to decide."""
    return render_list(MINE, template="rights/review_mine.html")


@blueprint.post("/reviews/mine/keep")
@signed_in
def keep_items() -> ResponseReturnValue:
    """Keep what was ticked."""
    ids = current_session().scalars(MINE.selection(request.form)).all()
    return press(
        lambda _session: reviews.keep(ids),
        return_to(request.form) or url_for("rights.my_reviews"),
        said=lambda kept: ngettext("%(num)s item is kept.", "%(num)s items are kept.", kept),
    )


@blueprint.route("/reviews/items/<int:record_id>", methods=["GET", "POST"])
@signed_in
def review_item(record_id: int) -> ResponseReturnValue:
    """Show one item to its reviewer, who decides, or to whoever may see reviews."""
    item = reviews.readable_item(record_id)
    actor = current_unit().actor
    is_open = item.decision is None and item.review.closed_at is None
    mine = item.reviewer_id == actor.user_id
    may_pass = current_unit().access.may(REVIEW, Verb.CREATE)
    back = url_for("rights.my_reviews") if mine else url_for("rights.review_items")
    form = ItemForm()
    if not mine:  # whoever opens reviews may only choose another reviewer
        del form.decision
        del form.reason

    def act() -> Any:
        with unit_of_work():
            if not mine or form.decision.data == HAND_ON:
                return reviews.pass_on(record_id, form.user_id.data)
            return reviews.decide(record_id, form.decision.data or "", form.reason.data or "")

    if form.accepts(act):
        flash(_said(form.result), "ok")
        return redirect(back, 303)
    return form.render(
        "rights/review_item.html",
        title=localized(item.duty),
        sub=f"{item.person} ({item.login})",
        crumbs=[Crumb(_("Rights to review") if mine else item.review.name, back)],
        submit=_("Save"),
        cancel=back,
        item=item,
        facts=_facts(item),
        hints=hints_in_words(item.hints),
        may_act=is_open and (mine or may_pass),
        several=item.assignment.subject != "user",
        tag=(DECISIONS[item.decision or OPEN], DECISION_TONES[item.decision or OPEN]),
    )


def _said(item: ReviewItem) -> str:
    if item.outcome is not None:
        return _("Decided: %(outcome)s.", outcome=OUTCOMES[item.outcome])
    return _("Decided.") if item.decision is not None else _("Passed on.")


def _facts(item: ReviewItem) -> list[Fact]:
    given = item.assignment
    facts = [
        Fact(_("It contains"), contains_in_words(item)),
        Fact(_("To whom"), subject_title(given.subject, given.subject_id)),
        Fact(_("On which data"), in_words(given.ranges)),
        Fact(_("Period"), period_in_words(given)),
        Fact(_("Weekly hours"), hours_in_words(given.weekly_hours)),
        Fact(_("Given"), given.given_at, "instant"),
        Fact(_("By"), actor_words().get(given.given_by, given.given_by)),
        Fact(_("Reason"), given.reason),
        Fact(_("Review"), item.review.name),
        Fact(_("Due"), item.review.due_on, "date"),
    ]
    if item.passed_by:
        facts.append(Fact(_("Passed on by"), item.passed_by))
    if item.decision is not None:
        facts += [
            Fact(_("Decided by"), item.decided_by),
            Fact(_("Decided at"), item.decided_at, "instant"),
            Fact(_("Why"), item.reason),
            Fact(_("What came of it"), str(OUTCOMES[item.outcome]) if item.outcome else ""),
        ]
    return facts


def _home() -> Crumb:
    return Crumb(_("Reviews of rights"), url_for("rights.reviews"))
