"""Who needs whom: order, circles, version ranges, conflicts, and plans for acts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from core.addons.faults import Fault, Words, placed, words
from core.addons.manifest import Manifest, fits
from core.version import VERSION

Manifests = Mapping[str, Manifest]


@dataclass(frozen=True, slots=True)
class Plan:
    """The add-ons that an act touches, in order; `obstacles` must be empty before it may run."""

    name: str
    steps: tuple[str, ...]
    obstacles: tuple[Words, ...] = ()

    @property
    def possible(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.obstacles


def check_graph(manifests: Manifests, sources: Mapping[str, str] | None = None) -> dict[str, Fault]:
    """Return the faults of relations by add-on: core range, missing, misfit, cycle.

    `sources` says where each manifest is, to be told.
    An add-on whose dependency is at fault is at fault itself, so that what remains is loadable.
    """
    faults: dict[str, Fault] = {}
    for name, manifest in manifests.items():
        said = _core_misfit(manifest) or _relation_fault(manifest, manifests)
        if said is not None:
            faults[name] = Fault(name, "dependency", said)
    for cycle in _cycles(manifests):
        path = " → ".join(cycle)
        for name in cycle:
            said = words("The dependencies form a circle: %(path)s.", path=path)
            faults[name] = Fault(name, "dependency", said)
    for name, place in (sources or {}).items():
        if name in faults:
            faults[name] = placed(faults[name], place)
    return faults | follow_faults(manifests, faults)


def follow_faults(manifests: Manifests, bad: Collection[str]) -> dict[str, Fault]:
    """Return faults for the sound add-ons that need, directly or not, one of `bad`."""
    fallen = set(bad)
    result: dict[str, Fault] = {}
    for _round in manifests:
        more = {
            name: lost[0]
            for name, manifest in manifests.items()
            if name not in fallen and (lost := sorted(fallen & manifest.depends.keys()))
        }
        for name, needed in more.items():
            said = words("It needs %(needed)s, which does not work.", needed=needed)
            result[name] = Fault(name, "dependency", said)
        if not more:
            break
        fallen |= more.keys()
    return result


def load_order(manifests: Manifests) -> list[str]:
    """Return names, dependencies first, then by sequence and name; the graph must be sound."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, manifest in manifests.items():
        sorter.add(name, *(d for d in manifest.depends if d in manifests))
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda n: (manifests[n].sequence, n))
        order += ready
        sorter.done(*ready)
    return order


def needed_by(name: str, manifests: Manifests) -> set[str]:
    """Return everything that `name` needs, directly or not, without itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        manifest = manifests.get(waiting.pop())
        more = set(manifest.depends if manifest else ()) - found
        found |= more
        waiting += more
    return found - {name}


def dependents_of(name: str, manifests: Manifests) -> list[str]:
    """Return what needs `name`, directly or not, in load order."""
    return [n for n in _safe_order(manifests) if name in needed_by(n, manifests) and n != name]


def plan_enable(
    name: str,
    manifests: Manifests,
    enabled: Collection[str],
    faults: Mapping[str, Fault] | None = None,
) -> Plan:
    """Plan to enable `name` with what it needs, dependencies first."""
    faults = faults or {}
    if name in faults and name not in manifests:
        return Plan(name, (), (faults[name].words,))
    if name not in manifests:
        return Plan(name, (), (words("There is no add-on called %(name)s.", name=name),))
    wanted = {name} | needed_by(name, manifests)
    obstacles = [
        _blocked(one, faults[one]) if one != name else faults[one].words
        for one in sorted(wanted & faults.keys())
    ]
    if not obstacles:
        obstacles = list(_conflicts(wanted, set(enabled), manifests))
    steps = [n for n in _safe_order(manifests) if n in wanted and n not in enabled]
    if not steps:
        obstacles.append(words("%(name)s is enabled already.", name=name))
    return Plan(name, tuple(steps), tuple(obstacles))


def plan_disable(name: str, manifests: Manifests, enabled: Collection[str]) -> Plan:
    """Plan to disable `name`; what depends on it must be disabled first and is listed."""
    if name not in enabled:
        return Plan(name, (), (words("%(name)s is not enabled.", name=name),))
    holders = [n for n in dependents_of(name, manifests) if n in enabled]
    obstacles = [
        words("%(holder)s depends on it; disable that first.", holder=holder)
        for holder in reversed(holders)
    ]
    return Plan(name, (name,), tuple(obstacles))


def _core_misfit(manifest: Manifest) -> Words | None:
    if fits(VERSION, manifest.core):
        return None
    return words(
        "It is made for core %(range)s; this is %(version)s.", range=manifest.core, version=VERSION
    )


def _relation_fault(manifest: Manifest, manifests: Manifests) -> Words | None:
    for needed, allowed in manifest.depends.items():
        other = manifests.get(needed)
        if other is None:
            return words("It needs %(needed)s %(range)s, which is not here.",
                         needed=needed, range=allowed)  # fmt: skip
        if not fits(other.version, allowed):
            return words(
                "It needs %(needed)s %(range)s; here is %(version)s.",
                needed=needed,
                range=allowed,
                version=other.version,
            )
    return None


def _conflicts(wanted: set[str], enabled: set[str], manifests: Manifests) -> Iterable[Words]:
    together = wanted | enabled
    for one in sorted(together & manifests.keys()):
        for other, allowed in manifests[one].conflicts.items():
            both_on = one in enabled and other in enabled
            if both_on or other not in together or other not in manifests:
                continue
            if fits(manifests[other].version, allowed):
                yield words("%(one)s cannot work beside %(other)s.", one=one, other=other)


def _blocked(name: str, fault: Fault) -> Words:
    return words("%(name)s does not work: %(why)s", name=name, why=fault.words)


def _cycles(manifests: Manifests) -> list[list[str]]:
    """Return the circles as paths; each found one is taken out before the next search."""
    left = dict(manifests)
    cycles = []
    while True:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for name, manifest in left.items():
            sorter.add(name, *(d for d in manifest.depends if d in left))
        try:
            sorter.prepare()
        except CycleError as error:
            path = list(reversed(error.args[1]))
            cycles.append(path)
            for name in path:
                left.pop(name, None)
        else:
            return cycles


def _safe_order(manifests: Manifests) -> list[str]:
    in_circles = {name for cycle in _cycles(manifests) for name in cycle}
    return load_order({n: m for n, m in manifests.items() if n not in in_circles})
