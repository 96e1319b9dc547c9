"""What keys of an add-on must keep to: its own prefix, no doubles, and records that exist."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.refusals import check_choices, check_verb, refuse_addon, refuse_twice
from core.contributions import Dimension, Resource

KEYS: Mapping[str, Callable[[Any], str]] = {
    "resources": lambda item: item.key,
    "acts": lambda item: item.name,
    "settings": lambda item: item.key,
    "jobs": lambda item: item.kind,
    "event_types": lambda item: item.key,
    "exchanges": lambda item: item.key,
}


def check_contributions(
    manifest: Manifest,
    loaded: Loaded,
    *,
    resources: Mapping[str, Resource],
    dimensions: Mapping[str, Dimension],
) -> None:
    """Keys carry the add-on's name, appear once, and do not take what others have."""
    for kind, key_of in KEYS.items():
        keys = [key_of(item) for item in loaded.of(kind)]
        for key in keys:
            if not key.startswith(f"{manifest.name}."):
                refuse_addon(
                    "%(key)s must begin with “%(prefix)s”.", key=key, prefix=f"{manifest.name}."
                )
        refuse_twice(keys)
    refuse_twice([f"{s.place}: {s.key}" for s in loaded.of("slots")])
    refuse_twice([m.key for m in loaded.of("measures")])
    for job in loaded.of("jobs"):
        if job.every is not None and job.every <= timedelta(0):
            refuse_addon("%(key)s must come round after some time, not at once.", key=job.kind)
    axes = [d.key for d in loaded.of("dimensions")]
    refuse_twice(axes + [key for key in dimensions if key in axes])
    own = {r.key for r in loaded.of("resources")}
    refuse_twice([*own, *(key for key in resources if key in own)])
    for item in (*loaded.of("measures"), *loaded.of("event_types"), *loaded.of("exchanges")):
        if item.resource not in own | resources.keys():
            refuse_addon("%(key)s speaks of an unknown resource %(resource)s.",
                    key=item.key, resource=item.resource, named=item.resource)  # fmt: skip
    _check_acts(loaded, dict(resources) | {r.key: r for r in loaded.of("resources")})
    for item in (*loaded.of("settings"), *loaded.of("measures")):
        check_choices(item, item.key)
    for item in loaded.of("menus"):
        check_choices(item, item.endpoint)


def _check_acts(loaded: Loaded, known: Mapping[str, Resource]) -> None:
    for act in loaded.of("acts"):
        resource, verb = act.needs
        check_verb(resource, verb, known)
