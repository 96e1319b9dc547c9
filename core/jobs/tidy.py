"""Keeping the job table small."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.clock import now
from core.contributions import JobDef, Step
from core.i18n import lazy_gettext as _l
from core.jobs.models import Job, JobState, ScheduleFire
from core.jobs.running import JobRun

KEEP_FINISHED = timedelta(days=30)
BATCH = 500


def forget_old_jobs(session: Session) -> int:
    """Delete a batch of jobs and firings that ended over 30 days ago; return how many."""
    before = now() - KEEP_FINISHED
    old = (
        select(Job.id)
        .where(Job.state.in_([JobState.DONE, JobState.CANCELLED]), Job.finished_at < before)
        .limit(BATCH)
    )
    jobs = session.execute(
        delete(Job).where(Job.id.in_(old)), execution_options={"synchronize_session": False}
    )
    fires = session.execute(
        delete(ScheduleFire).where(ScheduleFire.fire_time < before),
        execution_options={"synchronize_session": False},
    )
    return int(jobs.rowcount + fires.rowcount)  # type: ignore[attr-defined]


def _step(run: JobRun) -> Step:
    return Step(done=forget_old_jobs(run.session) == 0)


TIDY = JobDef(
    kind="jobs.tidy",
    title=_l("Forget finished jobs after 30 days"),
    step=_step,
    every=timedelta(days=1),
)
