"""What a contribution must keep to: its own prefix, no duplicates, real endpoints, own tables."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from core.access.decorators import declaration_of
from core.addons.faults import AddonFaultError, words
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.contributions import Dimension, Resource
from core.database import Model

KEYS: Mapping[str, Callable[[Any], str]] = {
    "resources": lambda item: item.key,
    "settings": lambda item: item.key,
    "jobs": lambda item: item.kind,
    "event_types": lambda item: item.key,
    "exchanges": lambda item: item.key,
}


def check_models(manifest: Manifest, loaded: Loaded, *, new_tables: Collection[str]) -> None:
    """Every table carries the prefix, is declared, and points only where the manifest allows."""
    name, prefix = manifest.name, f"{manifest.name}_"
    for table in sorted(new_tables):
        if not table.startswith(prefix):
            _refuse("Its table %(table)s must be called %(prefix)s….", table=table, prefix=prefix)
    declared = set(loaded.of("models"))
    for model in sorted(declared, key=repr):
        if getattr(model, "__table__", None) is None:
            _refuse("%(model)s in register_models is not a mapped class.", model=model.__name__)
    for mapper in Model.registry.mappers:
        inside = f"{mapper.class_.__module__}.".startswith(f"{manifest.package}.")
        if inside and mapper.class_ not in declared:
            _refuse(
                "The class %(model)s is mapped but not named in register_models.",
                model=mapper.class_.__name__,
            )
    allowed = {name, "core", *manifest.depends}
    for table in _tables(prefix):
        for key in table.foreign_keys:
            target = key.target_fullname.split(".")[0]
            if target.split("_")[0] not in allowed:
                _refuse(
                    "Table %(table)s refers to %(target)s of an add-on it does not depend on.",
                    table=table.name,
                    target=target,
                )


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
                _refuse("%(key)s must begin with %(name)s. .", key=key, name=manifest.name)
        _refuse_twice(keys)
    _refuse_twice([f"{s.place}: {s.key}" for s in loaded.of("slots")])
    _refuse_twice([m.key for m in loaded.of("measures")])
    axes = [d.key for d in loaded.of("dimensions")]
    _refuse_twice(axes + [key for key in dimensions if key in axes])
    own = {r.key for r in loaded.of("resources")}
    _refuse_twice([*own, *(key for key in resources if key in own)])
    for item in loaded.of("measures"):
        if item.resource not in own | resources.keys():
            _refuse("%(key)s speaks of an unknown resource %(resource)s.",
                    key=item.key, resource=item.resource)  # fmt: skip


def check_templates(manifest: Manifest, loaded: Loaded) -> None:
    """Templates lie below templates/<name>/, so that no page of another can be replaced."""
    for blueprint in loaded.of("blueprints"):
        if blueprint.name != manifest.name and not blueprint.name.startswith(f"{manifest.name}_"):
            _refuse(
                "Its blueprint %(blueprint)s must be called %(name)s or %(name)s_….",
                blueprint=blueprint.name,
                name=manifest.name,
            )
        if not blueprint.template_folder:
            continue
        folder = Path(blueprint.root_path, blueprint.template_folder)
        if not folder.is_dir():
            _refuse("Its template folder %(folder)s does not exist.", folder=folder.name)
        for path in folder.iterdir():
            if path.name != manifest.name:
                _refuse(
                    "templates/%(path)s must lie in templates/%(name)s/.",
                    path=path.name,
                    name=manifest.name,
                )


def check_pages(
    manifest: Manifest,
    app: Flask,
    *,
    rules_before: Collection[Rule],
    resources: Mapping[str, Resource],
) -> None:
    """Every new address lies under its roots, hides none of the core, and says who may use it."""
    taken = {rule.rule for rule in rules_before}
    old = {id(rule) for rule in rules_before}
    root = f"/{manifest.name}"
    roots = (f"{root}/", f"/api/v1{root}/")
    for rule in app.url_map.iter_rules():
        if id(rule) in old:
            continue
        if rule.rule in taken or not f"{rule.rule}/".startswith(roots):
            _refuse("The address %(rule)s is not below %(root)s/.", rule=rule.rule, root=root)
        _check_right(app, rule, resources)
    for rule in rules_before:
        if rule.rule.startswith(roots):
            _refuse("The core has pages below %(root)s/ already.", root=root)


def check_menus(
    manifest: Manifest, app: Flask, loaded: Loaded, *, resources: Mapping[str, Resource]
) -> None:
    """Menu entries and resources lead to pages that exist and speak of declared rights."""
    del manifest
    for item in loaded.of("menus"):
        if item.endpoint not in app.view_functions:
            _refuse("A menu entry leads to %(endpoint)s, which is no page.", endpoint=item.endpoint)
    for resource in loaded.of("resources"):
        if resource.endpoint and resource.endpoint not in app.view_functions:
            _refuse(
                "The resource %(key)s leads to %(endpoint)s, which is no page.",
                key=resource.key,
                endpoint=resource.endpoint,
            )
    for item in [*loaded.of("menus"), *loaded.of("slots")]:
        if item.needs is None:
            continue
        key, verb = item.needs
        _check_verb(key, verb, resources)


def _check_right(app: Flask, rule: Rule, resources: Mapping[str, Resource]) -> None:
    if rule.endpoint.endswith(".static"):
        return
    declared = declaration_of(app.view_functions.get(rule.endpoint))
    if declared is None:
        _refuse(
            "The page %(endpoint)s does not say who may use it (@needs, @public or @signed_in).",
            endpoint=rule.endpoint,
        )
    elif declared[0] == "needs":
        _check_verb(declared[1], declared[2], resources)


def _check_verb(key: str, verb: str, resources: Mapping[str, Resource]) -> None:
    if key not in resources or verb not in resources[key].actions:
        _refuse("%(key)s %(verb)s is needed but not declared.", key=key, verb=verb)


def _tables(prefix: str) -> Iterable[Any]:
    return [t for n, t in sorted(Model.metadata.tables.items()) if n.startswith(prefix)]


def _refuse_twice(keys: Iterable[str]) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            _refuse("%(key)s is declared twice.", key=key)


def _refuse(msgid: str, **values: Any) -> None:
    raise AddonFaultError("load", words(msgid, **values))
