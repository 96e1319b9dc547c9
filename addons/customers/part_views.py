"""Pages of what belongs to an account: contact persons and opportunities."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from addons.customers import contacts, opportunities, queries
from addons.customers.blueprint import blueprint
from addons.customers.contact_list import CONTACTS, EXPORTED_CONTACTS
from addons.customers.contacts import ContactFields
from addons.customers.forms import (
    ContactForm,
    NewOpportunityForm,
    OpportunityForm,
    OpportunityStageForm,
)
from addons.customers.models import CONTACT, OPPORTUNITY
from addons.customers.opportunities import OpportunityFields
from addons.customers.opportunity_lists import EXPORTED_OPPORTUNITIES, OPPORTUNITIES
from addons.customers.pages import crumbs_to, crumbs_to_opportunity, opportunity_page
from addons.customers.stages import OPPORTUNITY_TITLES, OpportunityStage
from core.access.decorators import needs
from core.access.records import require_on
from core.contributions import Verb
from core.exchange.export_views import export_response
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work
from core.web.answering import confirm
from core.web.list_rows import WALK
from core.web.lists import render_list
from core.web.records import render_record


def _tab(customer_id: int, tab: str) -> str:
    return url_for("customers.show", record_id=customer_id, tab=tab)


@blueprint.get("/contacts")
@needs(CONTACT, "query")
def contacts_index() -> ResponseReturnValue:
    """Show all contact persons of the reader's range."""
    return render_list(CONTACTS)


@blueprint.get("/contacts/export")
@needs(CONTACT, "export")
def export_contacts() -> ResponseReturnValue:
    """Send the list's rows as a file."""
    return export_response(EXPORTED_CONTACTS)


@blueprint.get("/contacts/<int:record_id>/at")
@needs(CONTACT, "query")
def show_contact(record_id: int) -> ResponseReturnValue:
    """Lead to a person where it is shown: at the account, with ‹ and › to the next of the list."""
    query = request.args.get(WALK)
    here: dict[str, Any] = {} if query is None else {"contact": record_id, WALK: query}
    customer_id = queries.contact(record_id).customer_id
    return redirect(url_for("customers.show", record_id=customer_id, tab="contacts", **here))


@blueprint.route("/<int:record_id>/contacts/new", methods=["GET", "POST"])
@needs(CONTACT, "create")
def create_contact(record_id: int) -> ResponseReturnValue:
    """Add a person to an account."""
    customer = queries.customer(record_id)
    require_on(customer, Verb.CREATE, CONTACT)
    form = ContactForm()

    def act() -> None:
        with unit_of_work():
            contacts.add_contact(record_id, ContactFields(**form.values()))

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(_tab(record_id, "contacts"))
    return form.render(
        title=_("New contact person at %(name)s", name=customer.shown_name),
        crumbs=crumbs_to(customer),
        cancel=_tab(record_id, "contacts"),
    )


@blueprint.route("/contacts/<int:record_id>", methods=["GET", "POST"])
@needs(CONTACT, "update")
def edit_contact(record_id: int) -> ResponseReturnValue:
    """Change a person."""
    contact = queries.contact(record_id, Verb.UPDATE)
    form = ContactForm.for_record(contact)

    def act() -> None:
        with unit_of_work():
            contacts.update_contact(
                record_id, ContactFields(**form.values()), row_version=form.row_version
            )

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(_tab(contact.customer_id, "contacts"))
    return form.render(
        title=_("Edit %(name)s", name=contact.name),
        crumbs=crumbs_to(queries.customer(contact.customer_id)),
        cancel=_tab(contact.customer_id, "contacts"),
    )


@blueprint.post("/contacts/<int:record_id>/remove")
@needs(CONTACT, "delete")
def remove_contact(record_id: int) -> ResponseReturnValue:
    """Delete a person."""
    with unit_of_work():
        customer_id = contacts.remove_contact(record_id)
    flash(_("The contact person was removed."), "ok")
    return redirect(_tab(customer_id, "contacts"))


@blueprint.get("/opportunities")
@needs(OPPORTUNITY, "query")
def opportunities_index() -> ResponseReturnValue:
    """Show all opportunities of the reader's range."""
    return render_list(OPPORTUNITIES)


@blueprint.get("/opportunities/export")
@needs(OPPORTUNITY, "export")
def export_opportunities() -> ResponseReturnValue:
    """Send the list's rows as a file."""
    return export_response(EXPORTED_OPPORTUNITIES)


@blueprint.get("/opportunities/<int:record_id>")
@needs(OPPORTUNITY, "query")
def show_opportunity(record_id: int) -> ResponseReturnValue:
    """Show one opportunity."""
    opportunity = queries.opportunity(record_id)
    customer = queries.customer(opportunity.customer_id)
    return render_record(
        opportunity_page(opportunity, customer),
        template="customers/opportunity.html",
        moves=queries.opportunity_moves(record_id),
        titles=OPPORTUNITY_TITLES,
    )


@blueprint.route("/<int:record_id>/opportunities/new", methods=["GET", "POST"])
@needs(OPPORTUNITY, "create")
def create_opportunity(record_id: int) -> ResponseReturnValue:
    """Open an opportunity."""
    customer = queries.customer(record_id)
    require_on(customer, Verb.CREATE, OPPORTUNITY)
    form = NewOpportunityForm()

    def act() -> int:
        with unit_of_work():
            return opportunities.open_opportunity(
                record_id,
                OpportunityFields(**form.values(skip=("stage", "opened_on"))),
                opened_on=form.opened_on.data,
                stage=form.stage.data or OpportunityStage.LEAD,
            )

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(url_for("customers.show_opportunity", record_id=form.result))
    return form.render(
        title=_("New opportunity with %(name)s", name=customer.shown_name),
        crumbs=crumbs_to(customer),
        cancel=_tab(record_id, "opportunities"),
    )


@blueprint.route("/opportunities/<int:record_id>/edit", methods=["GET", "POST"])
@needs(OPPORTUNITY, "update")
def edit_opportunity(record_id: int) -> ResponseReturnValue:
    """Change an opportunity."""
    opportunity = queries.opportunity(record_id, Verb.UPDATE)
    form = OpportunityForm.for_record(opportunity)
    back = url_for("customers.show_opportunity", record_id=record_id)

    def act() -> None:
        with unit_of_work():
            opportunities.update_opportunity(
                record_id, OpportunityFields(**form.values()), row_version=form.row_version
            )

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(back)
    return form.render(
        title=_("Edit %(name)s", name=opportunity.title),
        crumbs=crumbs_to_opportunity(opportunity),
        cancel=back,
    )


@blueprint.route("/opportunities/<int:record_id>/stage", methods=["GET", "POST"])
@needs(OPPORTUNITY, "update")
def move_opportunity(record_id: int) -> ResponseReturnValue:
    """Move an opportunity to another stage."""
    opportunity = queries.opportunity(record_id, Verb.UPDATE)
    form = OpportunityStageForm(stage=request.args.get("to"))
    form.stage.leave_out(opportunity.stage)
    back = url_for("customers.show_opportunity", record_id=record_id)

    def act() -> None:
        with unit_of_work():
            opportunities.move_opportunity(
                record_id, form.stage.data, on=form.happened_on.data, reason=form.reason.data or ""
            )

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(back)
    return form.render(
        title=_("Move %(name)s to another stage", name=opportunity.title),
        sub=_("Now: %(stage)s", stage=OPPORTUNITY_TITLES[opportunity.stage]),
        crumbs=crumbs_to_opportunity(opportunity),
        submit=_("Move"),
        cancel=back,
    )


@blueprint.route("/opportunities/<int:record_id>/delete", methods=["GET", "POST"])
@needs(OPPORTUNITY, "delete")
def delete_opportunity(record_id: int) -> ResponseReturnValue:
    """Ask, then delete an open opportunity."""
    opportunity = queries.opportunity(record_id, Verb.DELETE)
    return confirm(
        lambda _session: opportunities.delete_opportunity(record_id),
        lambda customer_id: redirect(_tab(customer_id, "opportunities")),
        said=_("%(name)s was deleted.", name=opportunity.title),
        title=_("Delete opportunity"),
        crumbs=crumbs_to_opportunity(opportunity),
        submit=_("Delete"),
        cancel=url_for("customers.show_opportunity", record_id=record_id),
        obstacles=opportunities.obstacles(opportunity),
        happens=[(None, _("%(name)s is deleted for good", name=opportunity.title))],
    )
