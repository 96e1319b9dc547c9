"""The auditor's pages: the list of all entries, and one entry."""

from collections.abc import Mapping

from flask import Blueprint, render_template
from sqlalchemy import ColumnElement, and_, case, select
from werkzeug.wrappers import Response

from core.access.decorators import needs
from core.addons.registry import registry
from core.audit.models import AuditEntry
from core.audit.queries import entry_of
from core.audit.words import action_words, actor_words, addon_titles, resource_titles
from core.contributions import Verb
from core.exchange.export_views import export_response
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_unit
from core.web.lists import Column, Facet, ListSpec, render_list

ADDON, SETTING = "core.addon", "core.setting"
blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit", template_folder="templates")


def _actors() -> Mapping[str, str]:
    return {"user": str(_l("People")), "system": str(_l("The system"))}


def _named() -> ColumnElement[str]:
    """Return what names the record, an add-on marked so that its title stands for its name."""
    of_addon = and_(AuditEntry.resource == ADDON, AuditEntry.label.in_(registry().catalogue.found))
    return case((of_addon, f"{ADDON} " + AuditEntry.label), else_=AuditEntry.label)


def _titles() -> Mapping[str, str]:
    addons = {f"{ADDON} {name}": title for name, title in addon_titles().items()}
    return {**addons, **_settings()}


def _settings() -> Mapping[str, str]:
    """Return the titles of settings, whose entries are kept under their keys."""
    return {one.key: str(one.title) for one in registry().every("settings")}


def _name_of(row: AuditEntry) -> str:
    known = {ADDON: addon_titles, SETTING: _settings}.get(row.resource, dict)
    return known().get(row.label, row.label)


ENTRIES = ListSpec(
    key="core.audit",
    resource="core.audit",
    title=_l("Audit trail"),
    endpoint="audit.index",
    record_endpoint="audit.show",
    id=AuditEntry.id,
    source=lambda: select().select_from(AuditEntry),
    columns=(
        Column("at", _l("When"), AuditEntry.at, kind="instant", phone="p1"),
        Column("actor", _l("Who"), AuditEntry.actor_label, labels=actor_words, phone="p2"),
        Column("for", _l("As substitute for"), AuditEntry.for_label),
        Column("action", _l("Did what"), AuditEntry.action, labels=action_words, phone="p3"),
        Column("resource", _l("Kind of record"), AuditEntry.resource, labels=resource_titles),
        Column("label", _l("Record"), _named, labels=_titles, sort=AuditEntry.label, phone="p4"),
        Column("record", _l("Number"), AuditEntry.record_id, kind="code"),
        Column("reason", _l("Reason"), AuditEntry.reason, labels=actor_words),
        Column("request", _l("Request"), AuditEntry.request_id, kind="code", shown=False),
    ),
    facets=(
        Facet("action", _l("Did what"), AuditEntry.action, choices=action_words),
        Facet("resource", _l("Kind of record"), AuditEntry.resource, choices=resource_titles),
        Facet("by", _l("By"), AuditEntry.actor_kind, choices=_actors),
        Facet("at", _l("When"), AuditEntry.at, kind="dates"),
    ),
    search=(AuditEntry.label, AuditEntry.actor_label, AuditEntry.for_label, AuditEntry.reason),
    search_hint=_l("Record, person, reason"),
    sort="-at",
    export_endpoint="audit.export",
)


@blueprint.get("/")
@needs("core.audit", Verb.QUERY)
def index() -> str | Response:
    """List who did what."""
    may_check = current_unit().access.may("core.job", Verb.UPDATE)
    return render_list(ENTRIES, template="audit/index.html", may_check=may_check)


@blueprint.get("/<int:record_id>")
@needs("core.audit", Verb.QUERY)
def show(record_id: int) -> str:
    """Show one entry with every changed field."""
    row, entry = entry_of(record_id)
    return render_template(
        "audit/show.html",
        row=row,
        entry=entry,
        name=_name_of(row),
        action=action_words().get(row.action, row.action),
        resource=resource_titles().get(row.resource, row.resource),
    )


@blueprint.get("/export")
@needs("core.audit", Verb.EXPORT)
def export() -> Response:
    """Give the filtered trail as a file."""
    return export_response(ENTRIES)
