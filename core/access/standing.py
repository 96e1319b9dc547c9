"""Whether what a request acts by still stands when it begins to write.

A request is judged when it begins, and may go on for long: its body may be slow, a password is
weighed. A session or a token that has ended meanwhile must store nothing.
"""

from typing import Any

from sqlalchemy import Boolean, Connection, Integer, Select, bindparam, column, exists, table

from core.access.context import VERSIONS, read_versions
from core.actor import Held
from core.clock import now
from core.errors import SignInFirst
from core.i18n import gettext as _

USER = table(
    "core_user",
    *(column(name, Integer) for name in ("id", "session_version")),
    column("active", Boolean),
)


def read_versions_while(connection: Connection, held: Held | None) -> tuple[int, int]:
    """Return the versions of rights and settings; raise SignInFirst unless what is held stands.

    The system and jobs hold nothing. It costs no statement of its own.
    """
    if held is None:
        return read_versions(connection)
    row = connection.execute(_STANDING[held.kind], {"held_id": held.id}).first()
    if row is None or not row.stands or now() >= held.expires_at:
        raise SignInFirst(
            _("You were signed out while this was on its way. Nothing was stored; sign in again.")
        )
    return row.rights_version, row.settings_version


def _standing(name: str) -> Select[Any]:
    held = table(
        name,
        *(column(part, Integer) for part in ("id", "user_id", "session_version")),
        column("ended_at"),
    )
    stands = (
        exists()
        .where(held.c.id == bindparam("held_id"), held.c.user_id == USER.c.id, USER.c.active)
        .where(held.c.session_version == USER.c.session_version, held.c.ended_at.is_(None))
    )
    return VERSIONS.add_columns(stands.label("stands"))


_STANDING = {"session": _standing("core_login_session"), "token": _standing("core_api_token")}
