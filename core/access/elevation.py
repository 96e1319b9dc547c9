"""Doing more than the actor may, for a stated reason, seen by the audit."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from core.access.context import AccessContext
from core.access.guarded_session import GuardedSession
from core.audit.services import record
from core.database import WRITE
from core.errors import ProgrammingFault
from core.unit_of_work import current_unit

ACT = "access.elevate"
logger = logging.getLogger(__name__)


@contextmanager
def elevated(reason: str) -> Iterator[GuardedSession]:
    """Open a second session without limits on the unit's own transaction.

    It has an identity map of its own, so nothing that it loads can be reached through the user's
    session. What it changes is flushed at the end of the block and stands or falls with the unit.
    `reason` is written by a programmer, never taken from a request. In a writing unit the
    elevation is audited under the real actor; in a reading one it is logged.
    """
    if not reason.strip():
        raise ProgrammingFault("elevated() needs a reason")
    unit = current_unit()
    unit.session.flush()
    session = unit.new_session(AccessContext.system(reason))
    unit.elevated_sessions.append(session)
    if unit.mode == WRITE:
        record(unit.session, ACT, "core.access", None, reason=reason)
    else:
        logger.info("elevated", extra={"reason": reason, "user_id": unit.actor.user_id})
    yield session
    session.flush()
