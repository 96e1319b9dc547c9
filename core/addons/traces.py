"""What a purged add-on leaves in the core's own tables, and its end there."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.access.models import Participant
from core.jobs.models import Job, JobState
from core.settings.models import Setting


def forget_traces(session: Session, name: str) -> None:
    """Delete settings, waiting jobs and participants of an add-on; audit and events stay.

    A row of its tables can get an old number again after a fresh install: nobody may take part in
    it because of what the number once meant.
    """
    own = f"{name}.%"
    for statement in (
        delete(Setting).where(Setting.key.like(own)),
        delete(Participant).where(Participant.resource.like(own)),
        delete(Job).where(Job.addon == name, Job.state == JobState.PENDING),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
