"""The kinds of job that may run now: what the core and the enabled add-ons declare."""

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from core.addons.registry import CORE, registry
from core.contributions import JobDef
from core.errors import undeclared
from core.i18n import gettext as _
from core.i18n import localized, spoken
from core.jobs.models import JobState
from core.notifications.services import Notice, notify


def definitions() -> dict[str, JobDef]:
    """Return the declared kinds of job whose add-on is enabled, by kind."""
    return {definition.kind: definition for definition in registry().jobs()}


def definition(kind: str) -> JobDef:
    """Return one kind of job; raise ProgrammingFault when nothing enabled declares it."""
    found = definitions().get(kind)
    if found is None:
        raise undeclared("job", kind, definitions())
    return found


def owner(kind: str) -> str:
    """Return the add-on that declares the kind, or "core"."""
    return registry().owner_of(definition(kind))


def running_owners() -> list[str]:
    """Return whose jobs may run now: the core's and those of the enabled add-ons."""
    return [CORE, *registry().enabled_set().names]


def is_parked(job: Any) -> bool:
    """Tell whether a job only waits for its add-on, or for that of its kind, to be enabled."""
    held = job.kind not in definitions() or not registry().is_on(job.addon)
    return held and job.state in {JobState.PENDING, JobState.LEASED}


def addon_title(name: str) -> str:
    """Return an add-on's title in the reader's language, its name when it is not loaded."""
    found = registry().loaded.get(name)
    return name if found is None else localized(found.title.model_dump())


def tell(session: Session, kind: str, job_id: int, state: JobState) -> None:
    """Let whoever declares the kind follow a job into a state; one that fails stops no job.

    Administrators are told of dead letters, in one line for each kind.
    """
    one = definitions().get(kind)
    try:
        with session.begin_nested():
            if one is not None and one.moved is not None:
                one.moved(session, job_id, state)
    except Exception:
        current_app.logger.exception("%s could not follow job %s to %s", kind, job_id, state)
    if state == JobState.DEAD:
        title: Any = kind if one is None else one.title
        notice = Notice(
            kind="core.job",
            key=f"dead:{kind}",
            title=lambda: _("A background job failed for good: %(job)s", job=spoken(title)),
            endpoint="jobs.show",
            arguments={"record_id": job_id},
            bundle=True,
        )
        notify(session, notice, administrators=True)
