"""Forgetting sessions and counters that nobody needs any more."""

from datetime import timedelta
from typing import Any

from core.accounts.sessions import forget_old_sessions
from core.accounts.throttling import forget_old_attempts
from core.contributions import JobDef, Step
from core.i18n import lazy_gettext as _l


def _step(run: Any) -> Step:
    forget_old_sessions(run.session)
    forget_old_attempts(run.session)
    return Step(done=True)


TIDY = JobDef(
    kind="accounts.tidy",
    title=_l("Forget sign-in sessions that ended 30 days ago"),
    step=_step,
    every=timedelta(days=1),
)
