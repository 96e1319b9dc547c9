"""The axes of data ranges as far as words need them; the registry says where they are."""

from collections.abc import Callable, Mapping, Sequence

from core.contributions import Dimension

_source: list[Callable[[], Mapping[str, Dimension]]] = [dict]


def use_dimensions(source: Callable[[], Mapping[str, Dimension]]) -> None:
    """Look dimensions up in what `source()` returns from now on."""
    _source[0] = source


def labels_of(dimension: str, keys: Sequence[int]) -> Mapping[int, str]:
    """Return the words for keys of a dimension; empty when nobody has declared it."""
    known = _source[0]().get(dimension)
    return {} if known is None else known.labels_of(keys)
