"""What pages of an add-on must keep to: its own addresses and folder, a right, real endpoints."""

import inspect
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from core.access.decorators import declaration_of
from core.addons.faults import line_of
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.refusals import check_needs, check_verb, known_pages, refuse_addon
from core.contributions import MenuItem, Resource


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
        _check_right(manifest, app, rule, resources)
    for rule in rules_before:
        if rule.rule.startswith(roots):
            refuse_addon("The core has pages below %(root)s/ already.", root=root)


def _check_right(
    manifest: Manifest, app: Flask, rule: Rule, resources: Mapping[str, Resource]
) -> None:
    if rule.endpoint.endswith(".static"):
        return
    view = app.view_functions[rule.endpoint]
    declared = declaration_of(view)
    if declared is None:
        _check_order(manifest, rule.endpoint, view)
        refuse_addon(
            "The page %(endpoint)s does not say who may use it (@needs, @public or @signed_in).",
            endpoint=rule.endpoint,
        )
    elif declared[0] == "needs":
        check_verb(declared[1], declared[2], resources)


def _check_order(manifest: Manifest, endpoint: str, view: Any) -> None:
    """Refuse a view that is guarded only after its address was given: what was given is bare."""
    module = sys.modules.get(getattr(view, "__module__", ""))
    named: Any = getattr(module, getattr(view, "__name__", ""), None)
    declared, bare = declaration_of(named), inspect.unwrap(view)
    if declared is None or inspect.unwrap(named) is not bare:
        return
    folder, code = Path(str(sys.modules[manifest.package].__file__)).parent, bare.__code__
    place = line_of(folder, Path(code.co_filename), code.co_firstlineno)  # the decorator on top
    refuse_addon(
        "The page %(endpoint)s has @%(decorator)s above its address, where it guards nothing; "
        "write it below @….get, @….post or @….route.",
        endpoint=endpoint, decorator=declared[0], file=place)  # fmt: skip


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
        if item.needs is not None:
            part = item.endpoint if isinstance(item, MenuItem) else item.key
            check_needs(part, item.needs, resources)


def _rules(app: Flask, item: MenuItem) -> list[Rule]:
    return list(app.url_map.iter_rules(item.endpoint))
