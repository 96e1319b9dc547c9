"""What the start page says about the reader's own imports and exports."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from sqlalchemy import select

from core.clock import now
from core.contributions import Slot
from core.exchange.export_job import KIND as EXPORT
from core.exchange.models import ImportRun
from core.exchange.services import APPLY
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.lists import STATES, TONES
from core.jobs.models import Job, JobState
from core.unit_of_work import current_session, current_unit

SHOWN = 5
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Errand:
    """One import or export that goes on or failed."""

    title: str
    url: str
    state: str
    tone: str
    done: int
    total: int | None


def errands() -> list[Errand]:
    """Return the reader's imports and exports of the week that run or failed, the newest first."""
    rows = current_session().execute(
        select(
            Job.id,
            Job.state,
            Job.progress_done,
            Job.progress_total,
            ImportRun.id.label("import_id"),
            ImportRun.filename,
        )
        .outerjoin(ImportRun, ImportRun.job_id == Job.id)
        .where(
            Job.as_user_id == current_unit().actor.user_id,
            Job.kind.in_((APPLY, EXPORT)),
            Job.state.in_((JobState.PENDING, JobState.LEASED, JobState.DEAD)),
            Job.created_at > now() - RECENT,
        )
        .order_by(Job.id.desc())
        .limit(SHOWN)
    )
    return [
        Errand(
            _("Import of %(file)s", file=row.filename) if row.import_id else _("Export of a list"),
            url_for("exchange.result", import_id=row.import_id)
            if row.import_id
            else url_for("exports.show", job_id=row.id),
            str(STATES[row.state]),
            TONES.get(row.state, ""),
            row.progress_done,
            row.progress_total,
        )
        for row in rows
    ]


def panel(_record: Any) -> str:
    """Return the panel, nothing when nothing of the reader's runs or failed."""
    found = errands()
    return render_template("exchange/panel.html", errands=found) if found else ""


SLOTS = (
    Slot(
        place="workspace.main",
        key="errands",
        title=_l("My imports and exports"),
        render=panel,
        order=10,
    ),
)
