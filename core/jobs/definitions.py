"""The kinds of job that may run now: what the core and the enabled add-ons declare."""

from core.addons.registry import registry
from core.contributions import JobDef
from core.errors import ProgrammingFault


def definitions() -> dict[str, JobDef]:
    """Return the declared kinds of job whose add-on is enabled, by kind."""
    return {definition.kind: definition for definition in registry().jobs()}


def definition(kind: str) -> JobDef:
    """Return one kind of job; raise ProgrammingFault when nothing enabled declares it."""
    found = definitions().get(kind)
    if found is None:
        msg = f"no enabled add-on declares the job {kind!r}"
        raise ProgrammingFault(msg)
    return found


def owner(kind: str) -> str:
    """Return the add-on that declares the kind, or "core"."""
    return registry().owner_of(definition(kind))
