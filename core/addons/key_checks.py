"""What keys of an add-on must keep to: its own prefix, no doubles, and records that exist."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from core.addons.indicators import INDICATORS
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.refusals import check_choices, check_needs, refuse_addon, refuse_twice
from core.contributions import Dimension, Resource

KEYS: Mapping[str, Callable[[Any], str]] = {
    "resources": lambda item: item.key,
    "acts": lambda item: item.name,
    "settings": lambda item: item.key,
    "jobs": lambda item: item.kind,
    "event_types": lambda item: item.key,
    "measures": lambda item: item.key,
    "exchanges": lambda item: item.key,
}


def check_contributions(
    manifest: Manifest,
    loaded: Loaded,
    *,
    resources: Mapping[str, Resource],
    dimensions: Mapping[str, Dimension],
    measured: Mapping[str, str],
) -> None:
    """Keys carry the add-on's name, appear once, and do not take what others have.

    `measured` maps the key of each measure that is there already to who gives it.
    """
    for kind, key_of in KEYS.items():
        keys = [key_of(item) for item in loaded.of(kind)]
        for key in strange_keys(manifest.name, kind, keys):
            _refuse_key(manifest.name, kind, key)
        refuse_twice(keys)
    refuse_twice([f"{s.place}: {s.key}" for s in loaded.of("slots")])
    axes = [d.key for d in loaded.of("dimensions")]
    refuse_twice(axes + [key for key in dimensions if key in axes])
    own = {r.key: r for r in loaded.of("resources")}
    refuse_twice([*own, *(key for key in resources if key in own)])
    for measure in loaded.of("measures"):
        if measure.key in measured:
            refuse_addon(
                "%(addon)s and %(other)s both measure %(key)s; take it out of one of them.",
                addon=manifest.name, other=measured[measure.key], key=measure.key)  # fmt: skip
    _check_parts(loaded, {**resources, **own})


def _check_parts(loaded: Loaded, known: Mapping[str, Resource]) -> None:
    """Parts speak of records and rights that somebody declares, in words that there are."""
    for job in loaded.of("jobs"):
        if job.every is not None and job.every <= timedelta(0):
            refuse_addon("%(key)s must come round after some time, not at once.", key=job.kind)
    for item in (*loaded.of("measures"), *loaded.of("event_types"), *loaded.of("exchanges")):
        if item.resource not in known:
            refuse_addon("%(key)s speaks of an unknown resource %(resource)s.",
                    key=item.key, resource=item.resource, named=item.resource)  # fmt: skip
    for act in loaded.of("acts"):
        check_needs(act.name, act.needs, known)
    for item in (*loaded.of("settings"), *loaded.of("measures")):
        check_choices(item, item.key)
    for item in loaded.of("menus"):
        check_choices(item, item.endpoint)


def strange_keys(name: str, kind: str, keys: Iterable[str]) -> list[str]:
    """Return the keys that neither begin with the add-on's name nor are indicators of the house."""
    shared = INDICATORS if kind == "measures" else frozenset()
    return [key for key in keys if not key.startswith(f"{name}.") and key not in shared]


def _refuse_key(name: str, kind: str, key: str) -> None:
    near = get_close_matches(key, INDICATORS, n=1, cutoff=0.8) if kind == "measures" else ()
    if near:
        refuse_addon(
            "%(key)s must begin with “%(prefix)s” or be an indicator of the house; did you mean "
            "%(near)s?",
            key=key, prefix=f"{name}.", near=near[0])  # fmt: skip
    refuse_addon("%(key)s must begin with “%(prefix)s”.", key=key, prefix=f"{name}.")
