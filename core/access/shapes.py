"""The shape of a reach, which statements are cached by, and the keys that go with it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from core.access.frames import BindKey
from core.access.reach import FEW, Conjunct, KeySet, Reach

ANY_RESOURCE = "*"
BUCKETS = (1, 2, 4, 8, 16, 32, FEW)

Part = tuple[tuple[str, str], ...]  # (dimension, form), …


@dataclass(frozen=True, slots=True)
class ReachShape:
    """A reach without its keys."""

    allow: tuple[Part, ...]
    deny: tuple[Part, ...]
    participant: bool


@dataclass(frozen=True, eq=False)
class Shape:
    """The shapes of one context for one action, by resource; interned, so identity is equality."""

    action: str
    default: ReachShape
    by_resource: Mapping[str, ReachShape]

    def slot(self, resource: str) -> tuple[str, ReachShape]:
        """Return the name under which a resource's keys are bound, and its shape."""
        if resource in self.by_resource:
            return resource, self.by_resource[resource]
        return ANY_RESOURCE, self.default


_interned: WeakValueDictionary[Any, Shape] = WeakValueDictionary()


def shape_of(action: str, default: Reach, by_resource: Mapping[str, Reach]) -> Shape:
    """Return the one Shape object for these reaches."""
    shapes = {key: _reach_shape(reach) for key, reach in by_resource.items()}
    base = _reach_shape(default)
    key = (action, base, tuple(sorted(shapes.items(), key=lambda item: item[0])))
    found = _interned.get(key)
    if found is None:
        found = _interned[key] = Shape(action, base, shapes)
    return found


def _reach_shape(reach: Reach) -> ReachShape:
    if reach.is_nothing:
        return ReachShape((), (), participant=False)
    return ReachShape(
        tuple(_part_shape(part) for part in reach.allow),
        tuple(_part_shape(part) for part in reach.deny),
        reach.participant,
    )


def _part_shape(part: Conjunct) -> Part:
    return tuple((key, keys.form) for key, keys in part.dimensions)


def bind_values(slot: str, reach: Reach, user_id: int | None) -> dict[BindKey, Any]:
    """Return what the binds of one resource's condition will ask for."""
    values: dict[BindKey, Any] = {}
    if reach.is_nothing:
        return values
    for side, parts in (("allow", reach.allow), ("deny", reach.deny)):
        for index, part in enumerate(parts):
            for name, _dimension, keys in occurrences(part.dimensions):
                values |= _key_values((slot, side, index, name), keys)
    values[slot, "user", 0, "user"] = user_id
    return values


def occurrences(pairs: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Yield (name of the bind, dimension, value), one for each time that a dimension stands."""
    seen: Counter[str] = Counter()
    for dimension, value in pairs:
        seen[dimension] += 1
        number = seen[dimension]
        yield (f"{dimension}{number}" if number > 1 else dimension), dimension, value


def _key_values(key: BindKey, keys: KeySet) -> dict[BindKey, Any]:
    slot, side, index, dimension = key
    values: dict[BindKey, Any] = {}
    if keys.keys:
        ordered = sorted(keys.keys)
        values[key] = _bucketed(ordered) if len(ordered) <= FEW else ordered
    if keys.large:
        values[slot, side, index, dimension + ".sets"] = _bucketed(sorted(keys.large))
    return values


def _bucketed(ordered: list[int]) -> list[int]:
    """Repeat the last key up to the next size, so that a database sees few statement texts."""
    size = next((size for size in BUCKETS if size >= len(ordered)), len(ordered))
    return ordered + [ordered[-1]] * (size - len(ordered))
