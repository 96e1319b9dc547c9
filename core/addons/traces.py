"""What a purged add-on leaves in the core's own tables, and its end there."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.access.models import Participant
from core.files.models import Attachment
from core.jobs.models import Job, JobState
from core.notifications.models import Notification
from core.remarks.models import Follower, Remark
from core.settings.models import Setting


def forget_traces(session: Session, name: str) -> None:
    """Delete an add-on's settings, waiting jobs, participants, remarks, files, followers, news.

    Audit and events stay. A row of its tables can get an old number again after a fresh install:
    nobody may take part in it, and no remark may stand on it, because of what the number once
    meant.
    """
    own = f"{name}.%"
    for statement in (
        delete(Setting).where(Setting.key.like(own)),
        delete(Participant).where(Participant.resource.like(own)),
        delete(Remark).where(Remark.resource.like(own)),
        delete(Attachment).where(Attachment.resource.like(own)),  # their bytes are swept
        delete(Follower).where(Follower.resource.like(own)),
        delete(Notification).where(Notification.addon == name),
        delete(Job).where(Job.addon == name, Job.state == JobState.PENDING),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
