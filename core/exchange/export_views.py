"""Answering a list's export address, and the page and the file of a large export."""

from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.access.decorators import signed_in
from core.errors import NotFound
from core.exchange.export_job import enqueue_export, own_export
from core.exchange.limits import MAX_EXPORT_AT_ONCE
from core.exchange.list_export import checked_format, count_rows, export
from core.i18n import gettext as _
from core.jobs.services import cancel
from core.unit_of_work import unit_of_work
from core.web.list_spec import ListSpec

blueprint = Blueprint("exports", __name__, url_prefix="/exports", template_folder="templates")

REFRESH_SECONDS = 2


def export_response(spec: ListSpec, *, page: str = "exports.show") -> BaseResponse:
    """Answer a list's export address: the list's own arguments and `format` (csv, xlsx).

    Up to 2,000 rows are sent at once; for more a job is started and the endpoint `page` shown.
    """
    fmt = checked_format(request.args.get("format", "csv"))
    args = replace(spec.parse(request.args), after="", page=1)
    rows = count_rows(spec, args)
    if rows <= MAX_EXPORT_AT_ONCE:
        return export(spec, args, fmt).response()
    with unit_of_work() as session:
        job_id = enqueue_export(session, spec, args, fmt, rows=rows)
    return redirect(url_for(page, job_id=job_id))


@blueprint.get("/<int:job_id>")
@signed_in
def show(job_id: int) -> Response:
    """Show how far an own export is; while it runs the page renews itself, without script."""
    found = own_export(job_id)
    response = Response(render_template("exchange/export.html", export=found))
    if found.is_running:
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response


@blueprint.post("/<int:job_id>/stop")
@signed_in
def stop(job_id: int) -> BaseResponse:
    """Stop an own export that is still running."""
    found = own_export(job_id)
    with unit_of_work() as session:
        cancel(session, found.job_id)
    return redirect(url_for(".show", job_id=job_id))


@blueprint.get("/<int:job_id>/file")
@signed_in
def file(job_id: int) -> BaseResponse:
    """Send the file of an own export while it is kept; 404 for anybody else."""
    found = own_export(job_id)
    if found.kept_until is None:
        raise NotFound(_("The file is not there (any more). Export again."))
    return send_file(
        found.file, mimetype=found.mimetype, as_attachment=True, download_name=found.filename
    )
