"""What a contribution must keep to: its own prefix, no duplicates, real endpoints, own tables."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from flask import Flask
from werkzeug.routing import Rule

from core.access.decorators import declaration_of
from core.addons.faults import AddonFaultError, words
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.contributions import Dimension, MenuItem, Resource
from core.database import Model

KEYS: Mapping[str, Callable[[Any], str]] = {
    "resources": lambda item: item.key,
    "acts": lambda item: item.name,
    "settings": lambda item: item.key,
    "jobs": lambda item: item.kind,
    "event_types": lambda item: item.key,
    "exchanges": lambda item: item.key,
}


def check_models(
    manifest: Manifest,
    loaded: Loaded,
    *,
    new_tables: Collection[str],
    resources: Mapping[str, Resource],
) -> None:
    """Every table carries the prefix, is declared, and points only where the manifest allows."""
    name, prefix = manifest.name, f"{manifest.name}_"
    for table in sorted(new_tables):
        if not table.startswith(prefix):
            _refuse_foreign(manifest, table)
            refuse_addon(
                "Its table %(table)s must be called %(prefix)s….", table=table, prefix=prefix
            )
    declared = set(loaded.of("models"))
    for model in sorted(declared, key=repr):
        if getattr(model, "__table__", None) is None:
            refuse_addon(
                "%(model)s in register_models is not a mapped class.", model=model.__name__
            )
    for mapper in Model.registry.mappers:
        inside = f"{mapper.class_.__module__}.".startswith(f"{manifest.package}.")
        if inside and mapper.class_ not in declared:
            refuse_addon(
                "The class %(model)s is mapped but not named in register_models.",
                model=mapper.class_.__name__,
            )
    _check_rights(name, declared, resources)
    allowed = {name, "core", *manifest.depends}
    for table in _tables(prefix):
        for key in table.foreign_keys:
            target = key.target_fullname.split(".")[0]
            if target.split("_")[0] not in allowed:
                refuse_addon(
                    "Table %(table)s refers to %(target)s of an add-on it does not depend on.",
                    table=table.name,
                    target=target,
                )


def _check_rights(
    name: str, declared: Collection[type[Any]], resources: Mapping[str, Resource]
) -> None:
    for model in declared:
        key = getattr(model, "__resource__", None)
        if key is not None and key not in resources:
            refuse_addon(
                "The class %(model)s speaks of the resource %(key)s, which is not declared; "
                "known are %(known)s.",
                model=model.__name__,
                key=key,
                known=", ".join(sorted(r for r in resources if r.startswith(f"{name}."))) or "-",
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
                refuse_addon(
                    "%(key)s must begin with “%(prefix)s”.", key=key, prefix=f"{manifest.name}."
                )
        _refuse_twice(keys)
    _refuse_twice([f"{s.place}: {s.key}" for s in loaded.of("slots")])
    _refuse_twice([m.key for m in loaded.of("measures")])
    for job in loaded.of("jobs"):
        if job.every is not None and job.every <= timedelta(0):
            refuse_addon("%(key)s must come round after some time, not at once.", key=job.kind)
    axes = [d.key for d in loaded.of("dimensions")]
    _refuse_twice(axes + [key for key in dimensions if key in axes])
    own = {r.key for r in loaded.of("resources")}
    _refuse_twice([*own, *(key for key in resources if key in own)])
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


def check_templates(manifest: Manifest, loaded: Loaded) -> None:
    """Templates lie below templates/<name>/, so that no page of another can be replaced."""
    for blueprint in loaded.of("blueprints"):
        if blueprint.name != manifest.name and not blueprint.name.startswith(f"{manifest.name}_"):
            refuse_addon(
                "Its blueprint %(blueprint)s must be called %(name)s or %(name)s_….",
                blueprint=blueprint.name,
                name=manifest.name,
            )
        if not blueprint.template_folder:
            continue
        folder = Path(blueprint.root_path, blueprint.template_folder)
        if not folder.is_dir():
            refuse_addon("Its template folder %(folder)s does not exist.", folder=folder.name)
        for path in folder.iterdir():
            if path.name != manifest.name:
                refuse_addon(
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
            refuse_addon("The address %(rule)s is not below %(root)s/.", rule=rule.rule, root=root)
        _check_right(app, rule, resources)
    for rule in rules_before:
        if rule.rule.startswith(roots):
            refuse_addon("The core has pages below %(root)s/ already.", root=root)


def check_menus(
    manifest: Manifest, app: Flask, loaded: Loaded, *, resources: Mapping[str, Resource]
) -> None:
    """Menu entries and resources lead to pages that exist and speak of declared rights."""
    for item in loaded.of("menus"):
        if item.endpoint not in app.view_functions:
            refuse_addon(
                "A menu entry leads to %(endpoint)s, which is no page; there are %(known)s.",
                endpoint=item.endpoint,
                known=known_pages(app, manifest.name),
            )
        asked = [rule.arguments - (rule.defaults or {}).keys() for rule in _rules(app, item)]
        if all(asked):
            refuse_addon(
                "A menu entry leads to %(endpoint)s, whose address needs %(names)s; lead it to a "
                "page that needs nothing.",
                endpoint=item.endpoint,
                names=", ".join(sorted(asked[0])),
            )
        if item.searches is not None and not getattr(item.searches, "search", None):
            refuse_addon(
                "The menu entry of %(endpoint)s searches a list that names nothing to look "
                "through; give its ListSpec `search`.",
                endpoint=item.endpoint,
            )
    for resource in loaded.of("resources"):
        if resource.endpoint and resource.endpoint not in app.view_functions:
            refuse_addon(
                "The resource %(key)s leads to %(endpoint)s, which is no page; "
                "there are %(known)s.",
                key=resource.key,
                endpoint=resource.endpoint,
                known=known_pages(app, manifest.name),
            )
    for item in [*loaded.of("menus"), *loaded.of("slots")]:
        if item.needs is None:
            continue
        key, verb = item.needs
        check_verb(key, verb, resources)


def _rules(app: Flask, item: MenuItem) -> list[Rule]:
    return list(app.url_map.iter_rules(item.endpoint))


def _check_right(app: Flask, rule: Rule, resources: Mapping[str, Resource]) -> None:
    if rule.endpoint.endswith(".static"):
        return
    declared = declaration_of(app.view_functions.get(rule.endpoint))
    if declared is None:
        refuse_addon(
            "The page %(endpoint)s does not say who may use it (@needs, @public or @signed_in).",
            endpoint=rule.endpoint,
        )
    elif declared[0] == "needs":
        check_verb(declared[1], declared[2], resources)


def check_choices(item: Any, part: str) -> None:
    """Refuse a part whose fields of a few fixed words hold another one."""
    for one in fields(item):
        known, value = get_args(one.type), getattr(item, one.name)
        if get_origin(one.type) is Literal and value not in known:
            refuse_addon(
                "%(part)s has %(written)s; it must be one of %(known)s.",
                part=part, written=f'{one.name}="{value}"', named=value,
                known=", ".join(known))  # fmt: skip


def check_verb(key: str, verb: str, resources: Mapping[str, Resource], **place: str) -> None:
    """Refuse a right that nobody declares; `place` may say `file`."""
    known = resources[key].actions if key in resources else ()
    near = get_close_matches(verb, known, n=1)
    if key not in resources:
        near = get_close_matches(key, resources, n=1, cutoff=0.8)
    if near and verb not in known:
        refuse_addon(
            "%(key)s %(verb)s is needed but not declared; did you mean %(near)s?",
            key=key, verb=verb, near=near[0], **place)  # fmt: skip
    if verb not in known:
        refuse_addon(
            "%(key)s %(verb)s is needed but not declared; name it among the actions of a "
            "resource that register_resources gives.",
            key=key, verb=verb, **place)  # fmt: skip


def known_pages(app: Flask, name: str) -> str:
    """Return the endpoints of an add-on, to be told."""
    return ", ".join(sorted(one for one in app.view_functions if one.startswith(f"{name}."))) or "-"


def _refuse_foreign(manifest: Manifest, table: str) -> None:
    """Refuse an import of another add-on in words of its own: its tables came along."""
    for mapper in Model.registry.mappers:
        module = mapper.class_.__module__
        if mapper.local_table.name == table and not module.startswith(f"{manifest.package}."):  # type: ignore[attr-defined]
            refuse_addon(
                "It imports %(module)s of another add-on; name that one under [depends] in the "
                "manifest.",
                module=module,
            )


def _tables(prefix: str) -> Iterable[Any]:
    return [t for n, t in sorted(Model.metadata.tables.items()) if n.startswith(prefix)]


def _refuse_twice(keys: Iterable[str]) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            refuse_addon(
                "%(key)s is declared twice; take one away, or give it another key.", key=key
            )


def refuse_addon(msgid: str, **values: Any) -> None:
    """Raise AddonFaultError with a translatable sentence; say `file` where it is known."""
    raise AddonFaultError("load", words(msgid, **values))
