"""Questions about jobs: the list of the administrator, and one job's progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import gettext as _
from core.jobs.models import Job, JobState
from core.unit_of_work import current_session


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; `total` is None while unknown."""

    state: str
    done: int
    total: int | None
    note: str
    error: str
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen by itself."""
        return self.state in {JobState.DONE, JobState.DEAD, JobState.CANCELLED}

    @property
    def reason(self) -> str:
        """Why it failed, if that is in words; a trace is for the administrators."""
        return "" if "Traceback" in self.error else self.error


def progress(session: Session, job_id: int) -> Progress | None:
    """Return how far a job is, or None if it is unknown or was forgotten."""
    row = session.execute(
        select(
            Job.state,
            Job.progress_done,
            Job.progress_total,
            Job.note,
            Job.last_error,
            Job.finished_at,
        ).where(Job.id == job_id)
    ).one_or_none()
    return Progress(*row) if row else None


def job_of(job_id: int) -> Job:
    """Return one job; raise NotFound. The route has asked for core.job."""
    job = current_session().get(Job, job_id)
    if job is None:
        raise NotFound(_("There is no such job."))
    return job


def chosen_ids(selection: Select[Any]) -> Sequence[int]:
    """Return the ids of the jobs that were ticked, at most 1,000."""
    return current_session().execute(selection.limit(1000)).scalars().all()
