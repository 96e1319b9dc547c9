"""The declared resources, as far as the wall needs them; the registry says where they are."""

from collections.abc import Callable, Mapping

from core.access.declarations import DIMENSIONS, Protected
from core.contributions import Resource

_source: list[Callable[[], Mapping[str, Resource]]] = [dict]


def use_resources(source: Callable[[], Mapping[str, Resource]]) -> None:
    """Look resources up in what `source()` returns from now on."""
    _source[0] = source


def resources() -> Mapping[str, Resource]:
    """Return every declared resource by key."""
    return _source[0]()


def resource_of(key: str) -> Resource | None:
    """Return the declaration of `key`, or None when nobody has declared it."""
    return _source[0]().get(key)


def dimensions_of(key: str) -> tuple[str, ...]:
    """Return the scope dimensions that rows of `key` carry; none for pages without rows."""
    resource = resource_of(key)
    if resource is None:
        return DIMENSIONS
    return resource.dimensions if has_rows(resource) else ()


def has_rows(resource: Resource) -> bool:
    """Tell whether the resource has rows that only some people may see."""
    return resource.model is not None and issubclass(resource.model, Protected)
