"""Every access path of the study (§3.3): what a reader of unit 1 gets from it.

The reader may query, create, update and delete in unit 1 and analyse everywhere. `REFUSED` stands
for "stopped by the wall". A probe that answers anything else than expected is a leak.
"""

from typing import Any

from core.access.verifier import UnguardedStatement
from core.errors import NotAllowed, NotFound
from tests.core.access.filtered_probes import FILTERED
from tests.core.access.probe_kinds import READER, REFUSED, Probe
from tests.core.access.refused_probes import REFUSALS
from tests.core.access.wall_toys import World

PROBES = [*FILTERED, *REFUSALS]


def answer(world: World, probe: Probe) -> Any:
    """Ask one probe as the reader; a refusal by the wall is an answer, any other error is not."""
    with world.as_(*READER) as session:
        try:
            return probe.ask(session)
        except (UnguardedStatement, NotAllowed, NotFound):
            return REFUSED


def leaks(world: World) -> list[str]:
    """Return the names of all probes that do not answer as they should."""
    found = []
    for probe in PROBES:
        try:
            got = answer(world, probe)
        except Exception as error:
            got = f"{type(error).__name__}: {error}"
        if got != probe.expected:
            found.append(probe.name)
    return found
