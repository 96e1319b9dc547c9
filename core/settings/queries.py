"""Questions about settings."""

from collections.abc import Sequence

from sqlalchemy import select

from core.settings.models import SettingChange
from core.unit_of_work import current_session

RECENT = 20


def recent_changes(keys: Sequence[str]) -> Sequence[SettingChange]:
    """Return the newest changes of the given settings."""
    statement = (
        select(SettingChange)
        .where(SettingChange.key.in_(keys))
        .order_by(SettingChange.id.desc())
        .limit(RECENT)
    )
    return current_session().execute(statement).scalars().all()
