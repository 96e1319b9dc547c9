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
from core.remarks.services import LONGEST, Written, anchor_of, own_remark
from core.remarks.subject import Subject, subject
from core.unit_of_work import current_session, unit_of_work
from core.web.forms import Form, TextArea

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

    def act() -> Written:
        with unit_of_work():
            return services.write_remark(resource, record_id, form.text.data or "")

    if form.accepts(act):
        return _done(form.result, page)
    return form.render(title=_("Write a remark"), submit=_("Post"), cancel=page)


@blueprint.route("/<int:remark_id>/edit", methods=["GET", "POST"])
@needs(REMARK, Verb.CREATE)
def edit(remark_id: int) -> ResponseReturnValue:
    """Change an own remark soon after it was written."""
    remark = own_remark(remark_id)
    page = _page(subject(remark.resource, remark.record_id))
    form = RemarkForm.for_record(remark)

    def act() -> Written:
        with unit_of_work():
            return services.mend_remark(
                remark_id, form.text.data or "", row_version=form.row_version
            )

    if form.accepts(act):
        return _done(form.result, page)
    return form.render(title=_("Edit a remark"), cancel=page)


@blueprint.route("/<int:remark_id>/delete", methods=["GET", "POST"])
@needs(REMARK, Verb.CREATE)
def delete(remark_id: int) -> ResponseReturnValue:
    """Ask, then delete an own remark."""
    remark = own_remark(remark_id)
    page = _page(subject(remark.resource, remark.record_id))
    if request.method == "POST":
        with unit_of_work():
            services.delete_remark(remark_id)
        flash(_("The remark was deleted."), "ok")
        return redirect(page, 303)
    return Form().render(
        "web/confirm.html",
        title=_("Delete a remark"),
        submit=_("Delete"),
        cancel=page,
        happens=[(None, _("Its words go, here and in notifications."))],
        keeps=[(None, _("That there was one stays in the history."))],
    )


@blueprint.post("/<resource>/<int:record_id>/follow")
@signed_in
def follow(resource: str, record_id: int) -> ResponseReturnValue:
    """Follow a record, or no longer."""
    page = _page(subject(resource, record_id))
    on = request.form.get("follow") == "1"
    with unit_of_work():
        set_following(resource, record_id, on=on)
    flash(_("You follow this record.") if on else _("You no longer follow this record."), "ok")
    return redirect(page, 303)


@blueprint.get("/people")
@signed_in
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
