"""Writing, mending and deleting remarks; following; names to pick behind an @."""

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs, signed_in
from core.contributions import Verb
from core.i18n import gettext as _
from core.i18n import join_words
from core.i18n import lazy_gettext as _l
from core.remarks import services
from core.remarks.following import set_following
from core.remarks.mentions import offers
from core.remarks.models import REMARK
from core.remarks.services import LONGEST, Written, anchor_of, excerpt, own_remark
from core.remarks.subject import Subject, subject
from core.unit_of_work import current_session
from core.web.answering import answer, confirm, press
from core.web.forms import Form, TextArea
from core.web.records import Crumb

blueprint = Blueprint("remarks", __name__, url_prefix="/remarks")


class RemarkForm(Form):
    """One remark."""

    text = TextArea(_l("Remark"), required=True, limit=LONGEST)


@blueprint.post("/<resource>/<int:record_id>")
@needs(REMARK, Verb.CREATE)
def write(resource: str, record_id: int) -> ResponseReturnValue:
    """Store a remark and go back to its record."""
    about, form = subject(resource, record_id), RemarkForm()
    page = _page(about)
    return answer(
        form,
        lambda _session: services.write_remark(resource, record_id, form.text.data or ""),
        lambda written: _done(written, page),
        said="",
        title=_("Write a remark"),
        crumbs=[Crumb(about.label or _("Record"), page)],
        submit=_("Post"),
        cancel=page,
    )


@blueprint.route("/<int:remark_id>/edit", methods=["GET", "POST"])
@needs(REMARK, Verb.CREATE)
def edit(remark_id: int) -> ResponseReturnValue:
    """Change an own remark soon after it was written."""
    remark = own_remark(remark_id)
    about = subject(remark.resource, remark.record_id)
    page = _page(about)
    form = RemarkForm.for_record(remark)
    return answer(
        form,
        lambda _session: services.mend_remark(
            remark_id, form.text.data or "", row_version=form.row_version
        ),
        lambda written: _done(written, page),
        said="",
        title=_("Edit a remark"),
        crumbs=[Crumb(about.label or _("Record"), page)],
        cancel=page,
    )


@blueprint.route("/<int:remark_id>/delete", methods=["GET", "POST"])
@needs(REMARK, Verb.CREATE)
def delete(remark_id: int) -> ResponseReturnValue:
    """Ask, then delete an own remark."""
    remark = own_remark(remark_id)
    about = subject(remark.resource, remark.record_id)
    page = _page(about)
    return confirm(
        lambda _session: services.delete_remark(remark_id),
        page,
        said=_("The remark was deleted."),
        title=_("Delete a remark"),
        submit=_("Delete"),
        crumbs=[Crumb(about.label or _("Record"), page)],
        sub=_("“%(words)s”", words=excerpt(remark.text)),
        happens=[(None, _("Its words go, here and in notifications."))],
        keeps=[(None, _("That there was one stays in the history."))],
    )


@blueprint.post("/<resource>/<int:record_id>/follow")
@signed_in
def follow(resource: str, record_id: int) -> ResponseReturnValue:
    """Follow a record, or no longer."""
    page = _page(subject(resource, record_id))
    on = request.form.get("follow") == "1"
    return press(
        lambda _session: set_following(resource, record_id, on=on),
        page,
        said=_("You follow this record.") if on else _("You no longer follow this record."),
    )


@blueprint.get("/people")
@needs(REMARK, Verb.CREATE)
def people() -> ResponseReturnValue:
    """Offer people of the public directory to be mentioned."""
    words = request.args.get("q", "").strip()[:40]
    found = offers(current_session(), words) if words else []
    return jsonify([{"insert": one.insert, "name": one.name, "unit": one.unit} for one in found])


def _page(about: Subject) -> str:
    return url_for(about.resource.endpoint or "", record_id=about.record_id)


def _done(written: Written, page: str) -> ResponseReturnValue:
    if written.not_told:
        names = join_words(written.not_told)
        flash(
            _(
                "Stored. Not notified: %(names)s, who cannot sign in or may not see this record.",
                names=names,
            ),
            "warn",
        )
    if written.unclear:
        names = join_words(written.unclear)
        flash(
            _(
                "Stored. Nobody was notified for %(names)s: several people are called so. Write "
                "the employee code in brackets behind the name.",
                names=names,
            ),
            "warn",
        )
    return redirect(f"{page}#{anchor_of(written.remark)}", 303)
