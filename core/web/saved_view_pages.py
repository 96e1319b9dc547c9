"""Pages of saved views: keep, rename, share, reorder, delete."""

from urllib.parse import parse_qsl, urlencode

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import declaration_of, enforce, signed_in
from core.contributions import Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_unit, unit_of_work
from core.web import saved_views
from core.web.answering import answer
from core.web.forms import CheckField, Form, TextField
from core.web.list_spec import LIST_PAGES
from core.web.records import Crumb
from core.web.saved_views import LONGEST_NAME, VIEW
from core.web.views import blueprint


class ViewForm(Form):
    """A view's name and whom it is for."""

    name = TextField(_l("Name"), required=True, limit=LONGEST_NAME, span=2)
    shared = CheckField(
        _l("Share"),
        hint=_l("With your unit and those below it; an administrator shares with everybody."),
        span=2,
    )
    is_default = CheckField(
        _l("My default"), hint=_l("The list opens with it; “All” still shows everything."), span=2
    )


@blueprint.get("/views")
@signed_in
def views() -> ResponseReturnValue:
    """Show the reader's views of one list, and those that others share."""
    page = _list_page(request.args.get("page", ""))
    return render_template(
        "web/views.html",
        views=saved_views.views_of(page),
        back=_address(page),
        may_remove=current_unit().access.may(VIEW, Verb.DELETE),
    )


@blueprint.route("/views/new", methods=["GET", "POST"])
@signed_in
def new_view() -> ResponseReturnValue:
    """Keep the list's present address under a name."""
    page = _list_page(request.args.get("page", ""))
    query = urlencode(parse_qsl(request.args.get("query", "")))
    form = ViewForm()
    return answer(
        form,
        lambda _session: saved_views.create_view(page, query, **form.values()),
        _address(page, query),
        said=_("The view is saved."),
        title=_("Save as view"),
        crumbs=[Crumb(_("Back to the list"), _address(page, query))],
    )


@blueprint.route("/views/<int:view_id>", methods=["GET", "POST"])
@signed_in
def edit_view(view_id: int) -> ResponseReturnValue:
    """Rename an own view, share it, make it the default."""
    view = saved_views.own_view(view_id)
    form = ViewForm.for_record(view)
    return answer(
        form,
        lambda _session: saved_views.change_view(view_id, **form.changes()),
        url_for("web.views", page=view.page),
        said="",
        title=_("Change view"),
        crumbs=[Crumb(_("Saved views"), url_for("web.views", page=view.page))],
    )


@blueprint.post("/views/<int:view_id>/move")
@signed_in
def move_view(view_id: int) -> ResponseReturnValue:
    """Move an own view one place."""
    with unit_of_work():
        saved_views.move_view(view_id, up=request.form.get("to") == "up")
        page = saved_views.own_view(view_id).page
    return redirect(url_for("web.views", page=page))


@blueprint.post("/views/<int:view_id>/delete")
@signed_in
def delete_view(view_id: int) -> ResponseReturnValue:
    """Delete an own view, or take a shared one away."""
    with unit_of_work():
        page = saved_views.delete_view(view_id)
    flash(_("The view is deleted. The records are untouched."), "ok")
    return redirect(url_for("web.views", page=page))


def _list_page(endpoint: str) -> str:
    """Return the endpoint if it is a list that the reader may open; raise as the page would."""
    rules = current_app.url_map._rules_by_endpoint.get(endpoint, ())  # noqa: SLF001
    declared = declaration_of(current_app.view_functions.get(endpoint))
    plain = any("GET" in (rule.methods or ()) and not rule.arguments for rule in rules)
    if declared is None or endpoint not in LIST_PAGES or not plain:
        raise NotFound(_("There is no such view."))
    enforce(declared)
    return endpoint


def _address(page: str, query: str = "") -> str:
    return f"{url_for(page)}?{query or 'tab=all'}"
