"""The administrator's pages of add-ons: cards, previews, acts, faults, processes, history."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.addons import lifecycle
from core.addons.leases import ACT_WORDS
from core.addons.pages import acts_history, find_status, overview
from core.addons.previews import ACTS, Act
from core.addons.registry import registry
from core.audit.words import addon_titles
from core.errors import Conflict, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.web.forms import Form, TextField

blueprint = Blueprint("addons", __name__, template_folder="templates", url_prefix="/admin")

DONE: Mapping[Act, Any] = {
    "enable": _l("%(name)s is enabled, in every process."),
    "disable": _l("%(name)s is disabled; all of its data is kept."),
    "uninstall": _l("%(name)s is uninstalled; its tables are untouched."),
    "purge": _l("%(name)s is purged; copies of its tables are in instance/exports."),
}


STAGES: Mapping[str, Any] = {
    "manifest": _l("the manifest"),
    "dependency": _l("dependencies"),
    "probe": _l("trial in a process of its own"),
    "load": _l("loading of the code"),
    "migration": _l("database tables"),
    "missing": _l("program code"),
    "interrupted": _l("an act that was cut short"),
}
STANDINGS: Mapping[str, Any] = {
    "available": _l("can be enabled"),
    "enabled": _l("enabled"),
    "disabled": _l("disabled"),
    "archived": _l("uninstalled"),
    "failed": _l("isolated"),
    "blocked": _l("blocked"),
    "missing": _l("code is missing"),
    "interrupted": _l("cut short"),
}


class ActForm(Form):
    """Why, and for a purge the typed name."""

    reason = TextField(_l("Reason"), limit=400)
    confirmation = TextField(_l("Type the name to confirm"), limit=60)


@blueprint.context_processor
def words_for_templates() -> dict[str, Any]:
    """Give the templates of this blueprint the words for acts, states and stages."""
    return {
        "act_title": lambda act: str(ACT_WORDS[act]),
        "standing_words": lambda standing: str(STANDINGS[standing]),
        "stage_words": lambda stage: str(STAGES[stage]),
    }


@blueprint.get("/addons")
@needs("core.addon", "configure")
def index() -> ResponseReturnValue:
    """Show every add-on as a card."""
    return _page()


@blueprint.get("/addons/doctor")
@needs("core.addon", "configure")
def doctor() -> ResponseReturnValue:
    """Show everything that is wrong."""
    return render_template("addons/doctor.html", faults=lifecycle.examine())


@blueprint.get("/addons/history")
@needs("core.addon", "configure")
def history() -> ResponseReturnValue:
    """Show who changed which add-on, when and why."""
    return render_template("addons/history.html", entries=acts_history(), titles=addon_titles())


@blueprint.post("/addons/reload")
@needs("core.addon", "configure")
def reload() -> ResponseReturnValue:
    """Make every worker start again with the code that is on disk now."""
    lifecycle.reload_code()
    flash(_("Every worker starts again with the present code after its next request."), "ok")
    return redirect(url_for("addons.index"))


@blueprint.get("/addon/<name>")
@needs("core.addon", "configure")
def show(name: str) -> ResponseReturnValue:
    """Show one add-on: its facts, what is wrong with it, what was done to it."""
    status = find_status(name) or abort(404)
    entries = acts_history(status.record_id) if status.record_id else []
    return render_template("addons/show.html", status=status, entries=entries)


@blueprint.get("/addon/<name>/<act>")
@needs("core.addon", "configure")
def preview(name: str, act: str) -> ResponseReturnValue:
    """Show the cards with the preview of an act beside them."""
    return _page(act=_known(act), name=name)


@blueprint.post("/addon/<name>/<act>")
@needs("core.addon", "configure")
def perform(name: str, act: str) -> ResponseReturnValue:
    """Do what was previewed; on refusal show the preview again with the words."""
    chosen, form = _known(act), ActForm()
    find_status(name) or abort(404)
    if not form.validate():
        return _page(act=chosen, name=name, form=form), 422
    try:
        _do(chosen, name, form)
    except (Refused, Conflict) as refusal:
        return _page(act=chosen, name=name, form=form, refusal=refusal), refusal.status
    flash(str(DONE[chosen]) % {"name": registry().title_of(name)}, "ok")
    return redirect(url_for("addons.index"))


def _do(act: Act, name: str, form: ActForm) -> None:
    reason = form.reason.data or ""
    if act == "purge":
        lifecycle.purge(name, confirmation=form.confirmation.data or "", reason=reason)
        return
    verbs = {
        "enable": lifecycle.enable,
        "disable": lifecycle.disable,
        "uninstall": lifecycle.uninstall,
    }
    verbs[act](name, reason=reason)


def _page(
    *,
    act: Act | None = None,
    name: str = "",
    form: ActForm | None = None,
    refusal: Refused | Conflict | None = None,
) -> str:
    view = overview(tab=request.args.get("tab", "all"))
    status = next((one for one in view.every if one.name == name), None)
    if act is not None and status is None:
        abort(404)
    return render_template(
        "addons/index.html",
        view=view,
        status=status,
        preview=lifecycle.look(act, name) if act else None,
        form=form or ActForm(),
        refusal=refusal,
    )


def _known(act: str) -> Act:
    if act not in ACTS:
        abort(404)
    return act
