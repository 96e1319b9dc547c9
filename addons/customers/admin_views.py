"""Pages of those who lead: handing accounts over, and the industry tree."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from addons.customers import hand_over as handing
from addons.customers import industries, queries
from addons.customers.blueprint import blueprint
from addons.customers.forms import HandOverForm, IndustryChangeForm, IndustryForm
from addons.customers.industry_page import branches
from addons.customers.lists import CUSTOMERS
from addons.customers.models import CUSTOMER, INDUSTRY
from addons.customers.pages import crumbs_to
from core.access.decorators import needs
from core.contributions import Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import ngettext
from core.unit_of_work import current_unit, unit_of_work
from core.web.forms import Form
from core.web.list_spec import read_ids
from core.web.lists import return_to
from core.web.records import Crumb


@blueprint.post("/hand-over")
@needs(CUSTOMER, "assign")
def hand_over() -> ResponseReturnValue:
    """Take the rows ticked in a list and show what would move."""
    ids = queries.chosen_ids(CUSTOMERS.selection(request.form), handing.AT_ONCE)
    return _hand_over_page(HandOverForm(MultiDict()), ids, return_to(request.form))


@blueprint.get("/<int:record_id>/hand-over")
@needs(CUSTOMER, "assign")
def hand_over_one(record_id: int) -> ResponseReturnValue:
    """Show the hand-over of one account."""
    customer = queries.customer(record_id, Verb.ASSIGN)
    back = url_for("customers.show", record_id=record_id)
    return _hand_over_page(HandOverForm(), [customer.id], back)


@blueprint.post("/hand-over/do")
@needs(CUSTOMER, "assign")
def do_hand_over() -> ResponseReturnValue:
    """Preview again for the chosen person, or hand over."""
    form = HandOverForm()
    back = return_to(request.form) or url_for("customers.index")
    ids = read_ids(request.form.getlist("ids"), handing.AT_ONCE)

    def act() -> int:
        with unit_of_work(reason=form.reason.data or ""):
            return handing.hand_over(
                ids, to_employee_id=form.to_employee_id.data, reason=form.reason.data or ""
            )

    if form.accepts(act):
        words = ngettext(
            "%(num)s customer was handed over to %(name)s.",
            "%(num)s customers were handed over to %(name)s.",
            form.result,
            name=queries.employee_name(form.to_employee_id.data),
        )
        flash(words, "ok")
        return redirect(back)
    return _hand_over_page(form, ids, back)


def _hand_over_page(form: Form, ids: list[int], back: str) -> ResponseReturnValue:
    target = form["to_employee_id"].data
    return form.render(
        "customers/hand_over.html",
        title=_("Hand over customers"),
        crumbs=crumbs_to(queries.customer(ids[0]))
        if len(ids) == 1
        else [Crumb(_("Customers"), url_for("customers.index"))],
        submit=_("Hand over"),
        cancel=back,
        lines=handing.preview(ids, target),
        ids=",".join(str(key) for key in ids),
        back=back,
    )


@blueprint.get("/industries")
@needs(INDUSTRY, "query")
def industry_tree() -> ResponseReturnValue:
    """Show the industry tree, or what of it is searched for."""
    search = request.args.get("q", "")[:100]
    return render_template(
        "customers/industries.html",
        branches=branches(search),
        search=search,
        may=current_unit().access.may(INDUSTRY, "configure"),
    )


@blueprint.route("/industries/new", methods=["GET", "POST"])
@needs(INDUSTRY, "configure")
def create_industry() -> ResponseReturnValue:
    """Add an industry."""
    form = IndustryForm(parent_id=request.args.get("below", type=int))

    def act() -> None:
        with unit_of_work():
            industries.add_industry(
                form.name.data, parent_id=form.parent_id.data, sort=form.sort.data or 0
            )

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(url_for("customers.industry_tree"))
    return form.render(
        title=_("New industry"),
        crumbs=[Crumb(_("Industries"), url_for("customers.industry_tree"))],
        cancel=url_for("customers.industry_tree"),
    )


@blueprint.route("/industries/<int:record_id>", methods=["GET", "POST"])
@needs(INDUSTRY, "configure")
def edit_industry(record_id: int) -> ResponseReturnValue:
    """Rename, move or retire an industry."""
    form = IndustryChangeForm.for_record(industries.industry(record_id))

    def act() -> None:
        with unit_of_work():
            industries.change_industry(
                record_id,
                form.name.data,
                parent_id=form.parent_id.data,
                sort=form.sort.data or 0,
                active=form.active.data,
                row_version=form.row_version,
            )

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(url_for("customers.industry_tree"))
    return form.render(
        "customers/industry_form.html",
        title=_("Edit industry"),
        crumbs=[Crumb(_("Industries"), url_for("customers.industry_tree"))],
        cancel=url_for("customers.industry_tree"),
        record_id=record_id,
    )


@blueprint.post("/industries/<int:record_id>/delete")
@needs(INDUSTRY, "configure")
def delete_industry(record_id: int) -> ResponseReturnValue:
    """Delete an industry that nothing uses."""
    try:
        with unit_of_work():
            industries.delete_industry(record_id)
    except Refused as refusal:
        flash(str(refusal), "bad")
        return redirect(url_for("customers.edit_industry", record_id=record_id))
    flash(_("The industry was deleted."), "ok")
    return redirect(url_for("customers.industry_tree"))
