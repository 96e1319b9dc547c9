"""The end of attachments: with their record, and of bytes that no row names."""

from datetime import timedelta

from sqlalchemy import delete, event, select
from sqlalchemy.orm import UOWTransaction

from core.access.guarded_session import GuardedSession
from core.clock import now
from core.contributions import JobDef, Step
from core.database import SILENT
from core.files.models import Attachment
from core.files.storage import discard, folder
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun
from core.remarks.cleaning import deleted_records

KEPT = timedelta(days=1)  # an upload may still be on its way to its row


@event.listens_for(GuardedSession, "after_flush")
def forget_deleted(session: GuardedSession, _context: UOWTransaction) -> None:
    """Delete the files of records that this flush deletes; the bytes once it is committed."""
    for key, ids in deleted_records(session).items():
        here = (Attachment.resource == key, Attachment.record_id.in_(ids))
        names = list(session.scalars(select(Attachment.stored_as).where(*here)))
        if names:
            session.execute(delete(Attachment).where(*here), execution_options=SILENT)
            session.info["unit"].after_commit.append(lambda names=names: discard(names))


def sweep(run: JobRun) -> Step:
    """Delete the bytes in one folder that are a day old and that no row names."""
    after = str(run.cursor.get("after", ""))
    place = min((one for one in folder().glob("??") if one.name > after), default=None)
    if place is None:
        return Step(done=True)
    before = (now() - KEPT).timestamp()
    old = {one.name: one for one in place.iterdir() if one.stat().st_mtime < before}
    named = select(Attachment.stored_as).where(
        Attachment.stored_as.startswith(place.name), Attachment.deleted_at.is_(None)
    )
    for name in old.keys() - set(run.session.scalars(named)):
        old[name].unlink(missing_ok=True)
    return Step(cursor={"after": place.name})


SWEEP = JobDef(
    kind="files.sweep",
    title=_l("Delete uploaded files that belong to nothing"),
    step=sweep,
    every=timedelta(days=1),
    reads_only=True,
)
