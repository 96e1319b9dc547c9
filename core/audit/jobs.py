"""The sealer: a schedule that chains what was written since it last ran."""

from datetime import timedelta

from core.audit.sealing import seal_batch, watermark
from core.contributions import JobDef, Step
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun


def seal_step(run: JobRun) -> Step:
    """First find how far the trail is settled, then seal batch by batch, each in a step."""
    until = run.cursor.get("until")
    if until is None:
        found = watermark(run.session)
        if found is None:
            return Step(done=True, note=_("Writers were busy; the next run seals."))
        return Step(cursor={"until": found})
    if seal_batch(run.session, until) == 0:
        return Step(done=True)
    return Step(cursor={"until": until})


SEAL = JobDef(
    kind="audit.seal",
    title=_l("Seal the audit trail"),
    step=seal_step,
    every=timedelta(minutes=1),
)
