"""What lists and resources name must be there: pages, records, verbs, fields and columns.

Done where an add-on is tried, not at every start: its lists are looked for in its modules.
"""

import sys
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from flask import Flask

from core.access.declarations import DIMENSIONS
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.refusals import check_choices, check_verb, known_pages, refuse_addon
from core.contributions import Resource, Verb
from core.web.list_columns import Column, Facet
from core.web.list_spec import ListSpec


def check_parts(
    manifest: Manifest,
    loaded: Loaded,
    app: Flask,
    resources: Mapping[str, Resource],
    dimensions: Collection[str],
) -> None:
    """Refuse what would show nothing, lead nowhere or mask nothing; raises AddonFaultError."""
    for resource in loaded.of("resources"):
        _check_resource(resource)
        axes = sorted({*DIMENSIONS, *dimensions})
        for one in resource.dimensions:
            if one not in axes:  # a range on the right one would grant none of its rows
                refuse_addon(
                    "The resource %(key)s has the dimension %(named)s, which nobody declares; did "
                    "you mean %(near)s?",
                    key=resource.key, named=one,
                    near=", ".join(get_close_matches(one, axes, n=1) or axes))  # fmt: skip
    for item in loaded.of("exchanges"):
        if Verb.IMPORT not in resources[item.resource].actions:
            refuse_addon(
                "%(key)s takes in files of %(resource)s, which lacks the verb import, so nobody "
                "may; name it among its actions.",
                key=item.key, resource=item.resource, named=item.resource)  # fmt: skip
    for spec in _lists(manifest, loaded):
        _check_ends(manifest, app, spec)
        _check_rights(manifest, spec, resources)
        parts: tuple[Column | Facet, ...] = (*spec.columns, *spec.facets)
        for part in parts:
            check_choices(part, f"{spec.key} {part.key}")
            _check_field(spec, part, resources[spec.resource])


def _check_resource(resource: Resource) -> None:
    """Refuse verbs and columns that are none: a right on them would never let anything be done."""
    for verb in resource.columns_under:
        check_verb(resource.key, verb, {resource.key: resource})
    model = resource.model
    if model is None:
        return
    mapper = getattr(model, "__mapper__", None)
    under = [name for names in resource.columns_under.values() for name in names]
    lost = [name for name in under if mapper is None or not mapper.has_property(name)]
    for name in (*lost, *(one for one in resource.sensitive if not hasattr(model, one))):
        refuse_addon(
            "The resource %(key)s names %(named)s in columns_under or sensitive, but its model "
            "%(model)s has no such column.",
            key=resource.key, named=name, model=model.__name__)  # fmt: skip


def _lists(manifest: Manifest, loaded: Loaded) -> Iterable[ListSpec]:
    """Return the lists that the add-on's modules hold and its menu entries search."""
    inside = f"{manifest.package}."
    modules = [
        module for name, module in sorted(sys.modules.items()) if f"{name}.".startswith(inside)
    ]
    held = [value for module in modules for value in vars(module).values()]
    held += [item.searches for item in loaded.of("menus")]
    return {id(one): one for one in held if isinstance(one, ListSpec)}.values()


def _check_ends(manifest: Manifest, app: Flask, spec: ListSpec) -> None:
    names = ("endpoint", "record_endpoint", "edit_endpoint", "export_endpoint")
    ends = [(name, getattr(spec, name)) for name in names]
    for name, endpoint in (*ends, *(("endpoint", act.endpoint) for act in spec.bulk)):
        if endpoint is not None and endpoint not in app.view_functions:
            refuse_addon(
                "The list %(list)s has %(written)s, which is no page; there are %(known)s.",
                list=spec.key, written=f'{name}="{endpoint}"', named=endpoint,
                known=known_pages(app, manifest.name))  # fmt: skip


def _check_rights(manifest: Manifest, spec: ListSpec, resources: Mapping[str, Resource]) -> None:
    """Refuse a list of records that nobody declares, or with an act under an unknown verb."""
    if spec.resource not in resources:
        own = sorted(key for key in resources if key.startswith(f"{manifest.name}."))
        refuse_addon(
            "The list %(list)s has %(written)s, which nobody declares; known are %(known)s.",
            list=spec.key, written=f'resource="{spec.resource}"', named=spec.resource,
            known=", ".join(own) or "-")  # fmt: skip
    for act in spec.bulk:
        if act.action is not None:
            check_verb(spec.resource, act.action, resources)


def _check_field(spec: ListSpec, part: Column | Facet, resource: Resource) -> None:
    """Refuse a field that the resource has not: a sensitive one would be shown to everybody."""
    if part.field is None or part.field in resource.sensitive or resource.model is None:
        return
    if not hasattr(resource.model, part.field):
        refuse_addon(
            "%(part)s has %(written)s, but %(resource)s has no such field; sensitive are "
            "%(known)s.",
            part=f"{spec.key} {part.key}", written=f'field="{part.field}"', resource=resource.key,
            known=", ".join(resource.sensitive) or "-")  # fmt: skip
