"""Publishing, changing, withdrawing announcements; each raises the version that caches follow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.access.records import check_version, require
from core.announcements.models import ANNOUNCEMENT, Announcement
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.settings.kept import changed

TONES = ("info", "warn")
LONGEST = 300


def publish(session: GuardedSession, **fields: Any) -> int:
    """Add an announcement and return its id; raise Refused for what does not fit."""
    require(ANNOUNCEMENT, Verb.CREATE)
    _check(**fields)
    added = Announcement(**fields)
    session.add(added)
    session.flush()
    changed(session)
    return added.id


def change(session: GuardedSession, record_id: int, *, row_version: int, **fields: Any) -> None:
    """Change an announcement; whoever has closed it sees it again."""
    require(ANNOUNCEMENT, Verb.UPDATE)
    kept = load(session, record_id)
    check_version(kept, row_version, fields)
    _check(**fields)
    for name, value in fields.items():
        setattr(kept, name, value)
    changed(session)


def withdraw(session: GuardedSession, ids: Sequence[int]) -> int:
    """Remove announcements; the audit trail keeps what they said. Return how many there were."""
    require(ANNOUNCEMENT, Verb.DELETE)
    found = session.scalars(select(Announcement).where(Announcement.id.in_(ids))).all()
    for one in found:
        session.delete(one)
    changed(session)
    return len(found)


def load(session: GuardedSession, record_id: int) -> Announcement:
    """Return one announcement for its form; raise NotFound."""
    found = session.get(Announcement, record_id)
    if found is None:
        raise NotFound(_("There is no such announcement."))
    return found


def _check(
    *, text: Mapping[str, str], tone: str, starts_at: datetime, ends_at: datetime, on_login: bool
) -> None:
    del on_login
    wrong = [wrong_text(words) for words in text.values()]
    if not text.get("zh") or any(wrong) or any(len(words) > LONGEST for words in text.values()):
        said = next((one for one in wrong if one), None) or _("Please give the Chinese text.")
        raise Refused(said, fields={"text": [said]})
    if tone not in TONES:
        raise Refused(_("This cannot be chosen here."), fields={"tone": [tone]})
    if ends_at <= starts_at:
        said = _("The end must lie after the beginning.")
        raise Refused(said, fields={"ends_at": [said]})
