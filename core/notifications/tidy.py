"""Keeping inboxes small."""

from datetime import timedelta

from sqlalchemy import delete, select

from core.clock import now
from core.contributions import JobDef, Step
from core.database import SILENT
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun
from core.notifications.models import Notification
from core.settings.services import get

KEPT_DAYS = "core.notification_days"
BATCH = 500


def forget_read(run: JobRun) -> Step:
    """Delete a batch of notifications that were read longer ago than the site keeps them."""
    before = now() - timedelta(days=get(KEPT_DAYS))
    old = select(Notification.id).where(Notification.read_at < before).limit(BATCH)
    gone = run.session.execute(
        delete(Notification).where(Notification.id.in_(old.scalar_subquery())),
        execution_options=SILENT,
    )
    return Step(done=gone.rowcount == 0)  # type: ignore[attr-defined]


TIDY = JobDef(
    kind="notifications.tidy",
    title=_l("Delete notifications that were read long ago"),
    step=forget_read,
    every=timedelta(days=1),
)
