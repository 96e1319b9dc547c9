"""Pages of accounts: list, record, forms, stages."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from addons.customers import countries, duplicates, queries, services, stage_moves
from addons.customers.blueprint import blueprint
from addons.customers.charts import opportunity_chart, pipeline_chart
from addons.customers.fields import CustomerFields
from addons.customers.forms import CorrectionForm, CustomerForm, NewCustomerForm, StageForm
from addons.customers.lists import CUSTOMERS, EXPORTED_CUSTOMERS
from addons.customers.models import CUSTOMER, OPPORTUNITY
from addons.customers.pages import crumbs_to, customer_page
from addons.customers.stages import STAGE_TITLES, Stage
from core.access.decorators import needs
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.exchange.export_views import export_response
from core.i18n import format_date
from core.i18n import gettext as _
from core.unit_of_work import current_unit, unit_of_work
from core.web.answering import confirm
from core.web.lists import render_list
from core.web.records import Crumb, render_record

CREATE_ONLY = ("manager_id", "stage", "since")


@blueprint.get("/")
@needs(CUSTOMER, "query")
def index() -> ResponseReturnValue:
    """Show the list of accounts."""
    return render_list(
        CUSTOMERS,
        template="customers/index.html",
        create="customers.create",
        imports="customers.imports",
    )


@blueprint.get("/export")
@needs(CUSTOMER, "export")
def export() -> ResponseReturnValue:
    """Send the list's rows as a file."""
    return export_response(EXPORTED_CUSTOMERS)


@blueprint.get("/imports")
@needs(CUSTOMER, "import")
def imports() -> ResponseReturnValue:
    """Offer the two kinds of files that can be imported."""
    return render_template("customers/imports.html")


@blueprint.get("/<int:record_id>")
@needs(CUSTOMER, "query")
def show(record_id: int) -> ResponseReturnValue:
    """Show one account."""
    customer = queries.customer(record_id)
    key = request.args.get("contact", type=int)
    people = queries.contacts_of(record_id) if key is not None else ()
    person = next((one for one in people if one.id == key), None)
    return render_record(customer_page(customer, person), template="customers/show.html")


@blueprint.route("/new", methods=["GET", "POST"])
@needs(CUSTOMER, "create")
def create() -> ResponseReturnValue:
    """Enter an account; accounts of the same name are shown before it is stored."""
    form = NewCustomerForm()
    alike: list[duplicates.Likeness] = []

    def act() -> int:
        fields = CustomerFields(**form.values(skip=CREATE_ONLY))
        with unit_of_work():
            made = services.create_customer(
                fields,
                manager_id=form.manager_id.data,
                stage=form.stage.data or Stage.PROSPECT,
                since=form.since.data,
            ).id
            # Asked afterwards: whoever sends the form twice has waited here for the first one.
            alike.extend(_unconfirmed(form, other_than=made))
            if alike:
                raise Refused(_("Look at the customers below first."))
        return made

    if form.accepts(act):
        flash(_("The customer was created."), "ok")
        return redirect(url_for("customers.show", record_id=form.result))
    return form.render(
        "customers/form.html",
        title=_("New customer"),
        crumbs=[Crumb(_("Customers"), url_for("customers.index"))],
        cancel=url_for("customers.index"),
        alike=alike,
    )


@blueprint.route("/<int:record_id>/edit", methods=["GET", "POST"])
@needs(CUSTOMER, "update")
def edit(record_id: int) -> ResponseReturnValue:
    """Change an account."""
    customer = queries.customer(record_id, Verb.UPDATE)
    form = CustomerForm.for_record(customer)

    def act() -> None:
        fields = CustomerFields(**form.values())
        with unit_of_work():
            services.update_customer(record_id, fields, row_version=form.row_version)

    renamed = form.name.data != customer.name or form.name_en.data != customer.name_en
    alike = _unconfirmed(form, other_than=record_id) if renamed else []
    if not alike and form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(url_for("customers.show", record_id=record_id))
    return form.render(
        "customers/form.html",
        title=_("Edit %(name)s", name=customer.shown_name),
        crumbs=crumbs_to(customer),
        cancel=url_for("customers.show", record_id=record_id),
        alike=alike,
    )


@blueprint.route("/<int:record_id>/delete", methods=["GET", "POST"])
@needs(CUSTOMER, "delete")
def delete(record_id: int) -> ResponseReturnValue:
    """Ask, then delete an account on which nothing hangs."""
    customer = queries.customer(record_id, Verb.DELETE)
    named = f"{customer.code} {customer.shown_name}"
    return confirm(
        lambda _session: services.delete_customer(record_id),
        lambda _done: redirect(url_for("customers.index")),
        said=_("%(name)s was deleted.", name=customer.shown_name),
        title=_("Delete customer"),
        crumbs=crumbs_to(customer),
        submit=_("Delete"),
        cancel=url_for("customers.show", record_id=record_id),
        obstacles=services.obstacles(customer),
        happens=[(None, _("%(name)s is deleted for good", name=named))],
    )


@blueprint.route("/<int:record_id>/stage", methods=["GET", "POST"])
@needs(CUSTOMER, "update")
def move(record_id: int) -> ResponseReturnValue:
    """Move an account to another stage."""
    customer = queries.customer(record_id, Verb.UPDATE)
    form = StageForm(stage=request.args.get("to"))
    form.stage.leave_out(customer.stage)

    def act() -> None:
        with unit_of_work():
            stage_moves.move_stage(
                record_id, form.stage.data, on=form.happened_on.data, reason=form.reason.data or ""
            )

    if form.accepts(act):
        flash(_("The stage is now %(stage)s.", stage=STAGE_TITLES[form.stage.data]), "ok")
        return redirect(url_for("customers.show", record_id=record_id))
    return form.render(
        title=_("Move %(name)s to another stage", name=customer.shown_name),
        sub=_(
            "Now: %(stage)s, since %(day)s",
            stage=STAGE_TITLES[Stage(customer.stage)],
            day=format_date(customer.stage_since),
        ),
        crumbs=crumbs_to(customer),
        submit=_("Move"),
        cancel=url_for("customers.show", record_id=record_id),
    )


@blueprint.route("/<int:record_id>/stage/<int:move_id>", methods=["GET", "POST"])
@needs(CUSTOMER, "correct")
def correct_stage(record_id: int, move_id: int) -> ResponseReturnValue:
    """Correct the date of a recorded step."""
    customer = queries.customer(record_id, Verb.CORRECT)
    form = CorrectionForm()

    def act() -> None:
        with unit_of_work():
            stage_moves.correct_stage_date(
                move_id,
                form.happened_on.data,
                reason=form.reason.data or "",
                of_customer=record_id,
            )

    if form.accepts(act):
        flash(_("Saved."), "ok")
        return redirect(url_for("customers.show", record_id=record_id, tab="history"))
    return form.render(
        title=_("Correct a date of %(name)s", name=customer.shown_name),
        sub=_step_words(record_id, move_id),
        crumbs=crumbs_to(customer),
        submit=_("Correct"),
        cancel=url_for("customers.show", record_id=record_id, tab="history"),
    )


def _step_words(customer_id: int, move_id: int) -> str:
    """Say which step a correction is about, and the date that stands now."""
    step = next((one for one in queries.stage_history(customer_id) if one.id == move_id), None)
    if step is None:
        raise NotFound(_("Not found, or outside your range."))
    return _(
        "%(stage)s, recorded for %(day)s",
        stage=STAGE_TITLES[Stage(step.stage)],
        day=format_date(step.happened_on),
    )


@blueprint.get("/pipeline")
@needs(CUSTOMER, "analyse")
def pipeline() -> ResponseReturnValue:
    """Show accounts and expected value by stage."""
    access = current_unit().access
    sees_values = access.may(OPPORTUNITY, "analyse")
    return render_template(
        "customers/pipeline.html",
        accounts=pipeline_chart(),
        opportunities=opportunity_chart() if sees_values else None,
        limited=access.limited_words(CUSTOMER, "analyse"),
    )


@blueprint.get("/duplicates")
@needs(CUSTOMER, "query")
def alike() -> ResponseReturnValue:
    """Show accounts of the reader's range that may be the same company."""
    return render_template(
        "customers/duplicates.html",
        groups=duplicates.groups(),
        limit=duplicates.MOST_GROUPS,
        country_title=countries.country_title,
    )


def _unconfirmed(form: CustomerForm, *, other_than: int | None = None) -> list[duplicates.Likeness]:
    """Return accounts of the same name, unless the reader has seen and confirmed them."""
    if request.method != "POST" or request.form.get("confirmed") == "1" or not form.validate():
        return []
    return duplicates.like(form.name.data, form.name_en.data or "", other_than=other_than)
