"""Questions about imports; everyone sees their own only."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.exchange.models import ImportRowError, ImportRun
from core.i18n import gettext as _

RECENT = 20


def own_import(session: Session, import_id: int) -> ImportRun:
    """Return an import of the unit's actor; raise NotFound for anybody else's."""
    user_id = session.info["unit"].actor.user_id
    run = session.execute(
        select(ImportRun).where(ImportRun.id == import_id, ImportRun.owner_user_id == user_id)
    ).scalar_one_or_none()
    if run is None:
        raise NotFound(_("There is no such import."))
    return run


def recent_imports(session: Session) -> Sequence[ImportRun]:
    """Return the newest imports of the unit's actor."""
    user_id = session.info["unit"].actor.user_id
    statement = (
        select(ImportRun)
        .where(ImportRun.owner_user_id == user_id)
        .order_by(ImportRun.id.desc())
        .limit(RECENT)
    )
    return session.execute(statement).scalars().all()


def row_errors(
    session: Session, import_id: int, *, limit: int | None = None
) -> Sequence[ImportRowError]:
    """Return refused rows of an own import in the file's order."""
    run = own_import(session, import_id)
    statement = (
        select(ImportRowError)
        .where(ImportRowError.import_id == run.id)
        .order_by(ImportRowError.row_number)
        .limit(limit)
    )
    return session.execute(statement).scalars().all()
