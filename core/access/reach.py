"""The algebra: which rows a set of terms lets through, independent of any database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.access.declarations import DIMENSIONS

FEW = 50
ARRAY = 1000
APART = 20  # with so many alternatives a comparison still takes them apart


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys of one dimension: `keys` known here, `large` sets left in the database by id."""

    keys: frozenset[int] = frozenset()
    large: frozenset[int] = frozenset()

    def __or__(self, other: "KeySet") -> "KeySet":
        return KeySet(self.keys | other.keys, self.large | other.large)

    @property
    def is_empty(self) -> bool:
        """Tell whether no key can match."""
        return not self.keys and not self.large

    @property
    def form(self) -> str:
        """Name how a statement carries it: few, array, sets, or few/array beside sets."""
        listed = "" if not self.keys else ("few" if len(self.keys) <= FEW else "array")
        return "+".join(part for part in (listed, "sets" if self.large else "") if part)


@dataclass(frozen=True, slots=True)
class Conjunct:
    """A row matches when it matches on every dimension named; a NULL key matches nothing."""

    dimensions: tuple[tuple[str, KeySet], ...] = ()

    @classmethod
    def of(cls, named: Mapping[str, KeySet]) -> "Conjunct":
        """Build one from dimension → keys, in the fixed order of the dimensions."""
        return cls(tuple((key, named[key]) for key in DIMENSIONS if key in named))

    @property
    def matches_all(self) -> bool:
        """Tell whether no dimension is named."""
        return not self.dimensions

    @property
    def matches_none(self) -> bool:
        """Tell whether a named dimension has no keys."""
        return any(keys.is_empty for _, keys in self.dimensions)

    def admits(self, scope: Mapping[str, int | None], in_large: "LargeLookup") -> bool:
        """Tell whether a row with this scope matches."""
        return all(_holds(keys, scope.get(key), in_large) for key, keys in self.dimensions)


LargeLookup = Callable[[frozenset[int], int], bool]


def _holds(keys: KeySet, value: int | None, in_large: LargeLookup) -> bool:
    if value is None:
        return False
    return value in keys.keys or (bool(keys.large) and in_large(keys.large, value))


@dataclass(frozen=True, slots=True)
class Reach:
    """Rows allowed by some allow conjunct, or by taking part, and by no deny conjunct."""

    allow: tuple[Conjunct, ...] = ()
    deny: tuple[Conjunct, ...] = ()
    participant: bool = False

    @property
    def is_everything(self) -> bool:
        """Tell whether no row is left out."""
        return not self.deny and any(part.matches_all for part in self.allow)

    @property
    def is_nothing(self) -> bool:
        """Tell whether no row can match."""
        blocked = any(part.matches_all for part in self.deny)
        return blocked or (not self.allow and not self.participant)

    @property
    def asks_sets(self) -> bool:
        """Tell whether rows are looked up in sets of keys too large to be listed."""
        parts = () if self.is_everything else (*self.allow, *self.deny)
        return any(keys.large for part in parts for _, keys in part.dimensions)

    def admits(self, scope: Mapping[str, int | None], in_large: LargeLookup) -> bool:
        """Tell whether a row with this scope is inside (taking part is not looked at)."""
        return any(part.admits(scope, in_large) for part in self.allow) and not any(
            part.admits(scope, in_large) for part in self.deny
        )


def covers(wide: Reach, narrow: Reach) -> bool:
    """Tell whether every row of one reach lies in the other, as far as their terms say so."""
    if narrow.is_nothing:
        return True
    if narrow.participant and not wide.participant and not wide.is_everything:
        return False
    allowed = all(_within(one, wide.allow) for one in narrow.allow)
    return allowed and all(_within(one, narrow.deny) for one in wide.deny)


def _within(one: Conjunct, several: Sequence[Conjunct]) -> bool:
    """Tell whether whatever matches the one matches some of the others.

    Keys that are known are taken apart where the others tell them apart: units 1 and 2 lie in
    "unit 1, or unit 2", whatever else all of them demand alike.
    """
    if any(_implies(one, other) for other in several):
        return True
    if len(several) > APART:
        return False
    for place, (name, keys) in enumerate(one.dimensions):
        if keys.large:
            continue
        alike: dict[tuple[bool, ...], set[int]] = {}
        for key in keys.keys:
            admitted = (all(n != name or key in k.keys for n, k in o.dimensions) for o in several)
            alike.setdefault(tuple(admitted), set()).add(key)
        if len(alike) > 1:
            parts = (KeySet(keys=frozenset(some)) for some in alike.values())
            before, after = one.dimensions[:place], one.dimensions[place + 1 :]
            return all(
                _within(Conjunct((*before, (name, part), *after)), several) for part in parts
            )
    return False


def _implies(one: Conjunct, other: Conjunct) -> bool:
    """Tell whether whatever matches the one matches the other too."""
    return all(
        any(
            key == name and keys.keys <= keys_too.keys and keys.large <= keys_too.large
            for key, keys in one.dimensions
        )
        for name, keys_too in other.dimensions
    )


def both(one: Reach, other: Reach) -> Reach:
    """Return what lies in both; taking part counts where the other one has all, or it too."""
    if one == other or other.is_everything:
        return one
    allow = merged(_together(a, b) for a in one.allow for b in other.allow)
    takes_part = (one.participant and (other.participant or _has_all(other))) or (
        other.participant and _has_all(one)
    )
    return Reach(allow, merged((*one.deny, *other.deny)), takes_part)


def _has_all(reach: Reach) -> bool:
    return any(part.matches_all for part in reach.allow)


def _together(one: Conjunct, other: Conjunct) -> Conjunct:
    """Return a conjunct of the conditions of both; a dimension may stand in it twice."""
    parts = list(one.dimensions)
    for name, keys in other.dimensions:
        if (name, keys) in parts:
            continue
        known = (n for n, (key, mine) in enumerate(parts) if key == name and not mine.large)
        place = None if keys.large else next(known, None)
        if place is None:
            parts.append((name, keys))
        else:
            parts[place] = (name, KeySet(parts[place][1].keys & keys.keys))
    return Conjunct(tuple(sorted(parts, key=lambda part: DIMENSIONS.index(part[0]))))


NOTHING = Reach()
EVERYTHING = Reach(allow=(Conjunct(),))


def merged(conjuncts: Iterable[Conjunct]) -> tuple[Conjunct, ...]:
    """Drop what cannot match, join sets of the same single dimension, let "all" absorb the rest."""
    single: dict[str, KeySet] = {}
    rest: list[Conjunct] = []
    for part in conjuncts:
        if part.matches_none:
            continue
        if part.matches_all:
            return (part,)
        if len(part.dimensions) == 1:
            key, keys = part.dimensions[0]
            single[key] = single[key] | keys if key in single else keys
        elif part not in rest:
            rest.append(part)
    kept = [Conjunct(((key, single[key]),)) for key in DIMENSIONS if key in single]
    return tuple(kept + [part for part in rest if not _covered(part, single)])


def _covered(part: Conjunct, single: Mapping[str, KeySet]) -> bool:
    """Tell whether a condition on one of its dimensions alone already lets all of it through."""
    return any(
        key in single and keys.keys <= single[key].keys and keys.large <= single[key].large
        for key, keys in part.dimensions
    )
