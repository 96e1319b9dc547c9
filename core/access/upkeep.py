"""The daily look at compiled rights: repair what follows rules, drop what is unused."""

from datetime import timedelta
from typing import Any

from core.access.key_rules import refresh, wait_for_compilers
from core.access.policy import is_current, recompile
from core.access.terms import drop_unused_sets
from core.addons.registry import registry
from core.contributions import JobDef, Step
from core.i18n import lazy_gettext as _l


def keep_up(run: Any) -> Step:
    """Make the stored rights what the policy that counts and the records say now.

    Unused sets are dropped here and not where they fall out of use: requests that began before
    may still name them, and a denial whose keys are gone would deny nothing.
    """
    session = run.session
    wait_for_compilers(session, alone=True)
    if not is_current(session):
        recompile(session)
    for dimension in registry().dimensions.values():
        if dimension.model is not None:
            refresh(session, dimension.key)
    drop_unused_sets(session)
    return Step(done=True)


UPKEEP = JobDef(
    kind="access.upkeep",
    title=_l("Check the compiled rights"),
    step=keep_up,
    every=timedelta(days=1),
)
