"""The auditor's pages."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from core.access.decorators import needs
from core.audit.lists import ENTRIES
from core.audit.queries import entry_of
from core.audit.words import action_words, resource_titles
from core.contributions import Verb
from core.exchange.export_views import export_response
from core.web.lists import render_list

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit", template_folder="templates")


@blueprint.get("/")
@needs("core.audit", Verb.QUERY)
def index() -> str | Response:
    """List who did what."""
    return render_list(ENTRIES)


@blueprint.get("/<int:record_id>")
@needs("core.audit", Verb.QUERY)
def show(record_id: int) -> str:
    """Show one entry with every changed field."""
    row, entry = entry_of(record_id)
    return render_template(
        "audit/show.html",
        row=row,
        entry=entry,
        action=action_words().get(row.action, row.action),
        resource=resource_titles().get(row.resource, row.resource),
    )


@blueprint.get("/export")
@needs("core.audit", Verb.EXPORT)
def export() -> Response:
    """Give the filtered trail as a file."""
    return export_response(ENTRIES)
