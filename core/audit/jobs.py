"""The sealer: a schedule that chains what was written since it last ran."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core.audit.models import AuditSeal
from core.audit.sealing import last_seal, seal_batch, watermark
from core.contributions import JobDef, Step
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun
from core.jobs.services import enqueue

FOLLOW = "audit.follow"  # the kind of job that core.remarks declares: it reads what was settled


def seal_step(run: JobRun) -> Step:
    """First find how far the trail is settled, then seal batch by batch, each in a step."""
    until = run.cursor.get("until")
    if until is None:
        found = watermark(run.session)
        if found is None:
            return Step(done=True, note=_("Writers were busy; the next run seals."))
        return Step(cursor={"until": found})
    before = last_seal(run.session)
    if seal_batch(run.session, until) == 0:
        return Step(done=True)
    _pass_on(run.session, before)
    return Step(cursor={"until": until})


def _pass_on(session: Session, before: AuditSeal | None) -> None:
    """Let followers be told of the batch: a job of its own, so that it cannot harm the chain.

    Sealed entries are all committed, and their numbers have no gap that may fill later; so this
    costs the writers nothing and misses nobody.
    """
    sealed = last_seal(session)
    if sealed is not None:
        after = before.last_id if before is not None else sealed.first_id - 1
        payload = {"after": after, "until": sealed.last_id}
        enqueue(session, FOLLOW, payload, idempotency_key=f"audit:{sealed.id}", as_system=True)


SEAL = JobDef(
    kind="audit.seal",
    title=_l("Seal the audit trail"),
    step=seal_step,
    every=timedelta(minutes=1),
)
