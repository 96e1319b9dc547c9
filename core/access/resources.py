"""Declared resources and axes of ranges, as far as the wall needs them; the registry has them."""

from collections.abc import Callable, Mapping, Sequence

from core.access.declarations import DIMENSIONS, Protected
from core.contributions import Dimension, Resource
from core.errors import ProgrammingFault, undeclared

_source: list[Callable[[], Mapping[str, Resource]]] = [dict]
_dimensions: list[Callable[[], Mapping[str, Dimension]]] = [dict]


def use_resources(source: Callable[[], Mapping[str, Resource]]) -> None:
    """Look resources up in what `source()` returns from now on."""
    _source[0] = source


def resources() -> Mapping[str, Resource]:
    """Return every declared resource by key."""
    return _source[0]()


def resource_of(key: str) -> Resource | None:
    """Return the declaration of `key`, or None when nobody has declared it."""
    return _source[0]().get(key)


def check_declared(key: str, action: str) -> None:
    """Raise ProgrammingFault for a verb that nobody declares: it can be given to nobody.

    A refusal would send people to ask for a right that there is not.
    """
    known = resources()
    if key not in known:
        raise undeclared("resource", key, known)
    if action not in known[key].actions:
        verbs = ", ".join(known[key].actions)
        raise ProgrammingFault(f"{key} declares no verb {str(action)!r}; its verbs are: {verbs}")


def dimensions_of(key: str) -> tuple[str, ...]:
    """Return the scope dimensions that rows of `key` carry; none for pages without rows."""
    resource = resource_of(key)
    if resource is None:
        return DIMENSIONS
    return resource.dimensions if has_rows(resource) else ()


def has_rows(resource: Resource) -> bool:
    """Tell whether the resource has rows that only some people may see."""
    return resource.model is not None and issubclass(resource.model, Protected)


def use_dimensions(source: Callable[[], Mapping[str, Dimension]]) -> None:
    """Look dimensions up in what `source()` returns from now on."""
    _dimensions[0] = source


def labels_of(dimension: str, keys: Sequence[int]) -> Mapping[int, str]:
    """Return the words for keys of a dimension; empty when nobody has declared it."""
    known = _dimensions[0]().get(dimension)
    return {} if known is None else known.labels_of(keys)
