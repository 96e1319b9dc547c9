"""The administrator's pages about jobs."""

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access.decorators import needs
from core.contributions import Verb
from core.errors import Conflict
from core.i18n import ngettext
from core.jobs import services
from core.jobs.definitions import addon_title, is_parked
from core.jobs.lists import JOBS, PARKED, SHOWN_STATES, TONES, kinds, notes
from core.jobs.queries import chosen_ids, job_of
from core.unit_of_work import unit_of_work
from core.web.lists import render_list, return_to

blueprint = Blueprint("jobs", __name__, url_prefix="/admin/jobs", template_folder="templates")


@blueprint.get("/")
@needs("core.job", Verb.QUERY)
def index() -> str | Response:
    """List jobs."""
    return render_list(JOBS)


@blueprint.get("/<int:record_id>")
@needs("core.job", Verb.QUERY)
def show(record_id: int) -> str:
    """Show one job with its error."""
    job = job_of(record_id)
    state = PARKED if is_parked(job) else job.state
    return render_template(
        "jobs/show.html",
        job=job,
        title=kinds().get(job.kind, job.kind),
        state=str(SHOWN_STATES[state]),
        tone=TONES.get(state, ""),
        note=notes().get(job.note, job.note),
        waits_for=addon_title(job.addon) if state == PARKED else "",
    )


@blueprint.post("/retry")
@needs("core.job", Verb.UPDATE)
def retry() -> Response:
    """Let the chosen jobs run again."""
    done = _each(chosen_ids(JOBS.selection(request.form)), services.retry)
    flash(ngettext("%(num)s job runs again.", "%(num)s jobs run again.", done), "ok")
    return redirect(return_to(request.form))


@blueprint.post("/cancel")
@needs("core.job", Verb.UPDATE)
def cancel() -> Response:
    """Stop the chosen jobs."""
    done = _each(chosen_ids(JOBS.selection(request.form)), services.cancel)
    flash(ngettext("%(num)s job cancelled.", "%(num)s jobs cancelled.", done), "ok")
    return redirect(return_to(request.form))


def _each(ids: Sequence[int], act: Callable[[Session, int], None]) -> int:
    """Act on each job that is still in a fitting state; say how many were left alone."""
    done = 0
    with unit_of_work() as session:
        for job_id in ids:
            try:
                act(session, job_id)
            except Conflict:
                continue
            done += 1
    if done < len(ids):
        left = len(ids) - done
        flash(
            ngettext(
                "%(num)s job was in another state already and was left alone.",
                "%(num)s jobs were in another state already and were left alone.",
                left,
            ),
            "warn",
        )
    return done
