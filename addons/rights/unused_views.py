"""Pages of unused rights: the list, its file, ending several, and a review of some of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from addons.rights import reviews
from addons.rights import unused as service
from addons.rights.blueprint import blueprint
from addons.rights.models import ASSIGNMENT
from addons.rights.review_models import REVIEW
from addons.rights.unused_forms import EndUnusedForm, ReviewUnusedForm
from addons.rights.unused_lists import UNUSED, UNUSED_FILE, YOUNG, whom
from core.access.decorators import needs
from core.accounts.proving import prove_present
from core.clock import today
from core.contributions import Verb
from core.exchange.export_views import export_response
from core.i18n import format_date, localized, ngettext
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit, unit_of_work
from core.web.list_spec import read_ids
from core.web.lists import render_list, return_to
from core.web.records import Crumb

STEP, OPENS = "step", "open"
SHOWN = 200
TIME_TO_REVIEW = timedelta(days=14)


@blueprint.get("/unused", endpoint="unused")
@needs(ASSIGNMENT, Verb.QUERY)
def list_unused() -> ResponseReturnValue:
    """List what nobody used, and say since when uses are known."""
    found = service.findings()
    spec, apart = UNUSED if found.can_tell else YOUNG, [x for x in found.rows.values() if x.apart]
    if not current_unit().access.may(REVIEW, Verb.CREATE):
        spec = replace(spec, bulk=tuple(one for one in spec.bulk if one.key != "review"))
    return render_list(spec, template="rights/unused.html", found=found, apart=_lines(apart))


@blueprint.get("/unused/export")
@needs(ASSIGNMENT, Verb.EXPORT)
def export_unused() -> ResponseReturnValue:
    """Send the list's rows as a file, with those that are ended one by one."""
    return export_response(UNUSED_FILE)


@blueprint.post("/unused/end")
@needs(ASSIGNMENT, Verb.DELETE)
def end_unused() -> ResponseReturnValue:
    """Show what would end, then end all of it or nothing."""
    ids, back, sent = _ids(), _back(), STEP in request.form
    form = EndUnusedForm(None if sent else MultiDict())

    def act() -> int:
        prove_present(form.password)
        with unit_of_work():
            return service.end(ids, reason=form.reason.data or "")

    if sent and form.accepts(act):
        words = ngettext(
            "%(num)s assignment has ended.", "%(num)s assignments have ended.", form.result
        )
        flash(words, "ok")
        return redirect(back, 303)
    return _page(
        form,
        ids,
        "rights/unused_end.html",
        title=_("End unused rights"),
        submit=_("End all of them"),
        cancel=back,
    )


@blueprint.post("/unused/review")
@needs(REVIEW, Verb.CREATE)
def review_unused() -> ResponseReturnValue:
    """Show whom a review of these would ask, then open it."""
    ids, sent, seen = _ids(), STEP in request.form, []
    form = ReviewUnusedForm(None if sent else _proposed())

    def act() -> int | None:
        named = {"name": form.name.data or "", "due_on": form.due_on.data}
        seen.append(reviews.preview(service.review_fields(ids, **named)))
        if request.form.get(STEP) != OPENS:
            return None
        with unit_of_work():
            return service.review(ids, **named).id

    if form.accepts(act) and form.result is not None:
        flash(_("Opened. The reviewers were told."), "ok")
        return redirect(url_for("rights.show_review", record_id=form.result), 303)
    return _page(
        form,
        ids,
        "rights/unused_review.html",
        title=_("Review unused rights"),
        submit=_("Open it"),
        cancel=_back(),
        plan=seen[0] if seen else None,
    )


def _page(form: Any, ids: Sequence[int], template: str, **page: Any) -> ResponseReturnValue:
    found = service.findings().rows
    shown: ResponseReturnValue = form.render(
        template,
        crumbs=[
            Crumb(_("Rights"), url_for("rights.assignments")),
            Crumb(_("Unused rights"), url_for("rights.unused")),
        ],
        lines=_lines([found[key] for key in ids if key in found][:SHOWN]),
        whole=len(ids),
        ids=",".join(map(str, ids)),
        back=_back(),
        **page,
    )
    return shown


def _ids() -> list[int]:
    """Return what was ticked in the list, or what its page sends on; raise Refused as `chosen`."""
    if STEP in request.form:
        return read_ids(request.form.getlist("ids"))
    several = UNUSED.selection(request.form).limit(service.MOST_AT_ONCE + 1)
    ids = list(current_session().scalars(several))
    service.chosen(ids)
    return ids


def _back() -> str:
    return return_to(request.form) or url_for("rights.unused")


def _proposed() -> MultiDict[str, str]:
    day = today()
    name = _("Unused rights, %(day)s", day=format_date(day))
    return MultiDict({"name": name, "due_on": (day + TIME_TO_REVIEW).isoformat()})


def _lines(several: Sequence[service.Unused]) -> list[dict[str, Any]]:
    """Return what templates show of unused assignments."""
    titles = whom({one.assignment.id: one for one in several})
    return [
        {
            "duty": localized(one.assignment.duty.name),
            "url": url_for("rights.show_assignment", record_id=one.assignment.id),
            "whom": titles[one.assignment.id],
            "holders": one.holders,
            "last": format_date(one.last_on) if one.last_on else "",
        }
        for one in several
    ]
