"""Let one add-on into an app: load it, check every contribution, mount its pages."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pluggy
from flask import Flask

from core.addons.checks import (
    check_contributions,
    check_menus,
    check_models,
    check_pages,
    check_templates,
)
from core.addons.faults import AddonFaultError, words
from core.addons.loading import Loaded, load_plugin
from core.addons.manifest import Manifest
from core.contributions import Dimension, Resource
from core.database import Model
from core.i18n import add_package


def admit(
    app: Flask,
    plugins: pluggy.PluginManager,
    manifest: Manifest,
    *,
    resources: Mapping[str, Resource],
    dimensions: Mapping[str, Dimension],
) -> Loaded:
    """Load an add-on and mount it; raise AddonFaultError, or whatever its own code raises."""
    name = manifest.name
    tables_before = set(Model.metadata.tables)
    module_name = f"{manifest.package}.plugin"
    try:
        importlib.import_module(manifest.package)
    except ModuleNotFoundError as error:
        if error.name and manifest.package.startswith(error.name):
            said = words("Its package %(package)s is not installed.", package=manifest.package)
            raise AddonFaultError("load", said) from error
        raise
    loaded = load_plugin(plugins, module_name, owner=name)
    add_package(Path(str(loaded.module.__file__)).parent)
    known = dict(resources) | {r.key: r for r in loaded.of("resources")}
    new_tables = set(Model.metadata.tables) - tables_before
    check_models(manifest, loaded, new_tables=new_tables, resources=known)
    check_contributions(manifest, loaded, resources=resources, dimensions=dimensions)
    check_templates(manifest, loaded)
    before = _Wiring(app)
    for blueprint in loaded.of("blueprints"):
        below = getattr(blueprint, "mounted_below", "")
        prefix = below + mount_point(name, blueprint.url_prefix)
        app.register_blueprint(blueprint, url_prefix=prefix)
    if _Wiring(app).reaches_beyond(before):
        said = words("It hooks into pages that are not its own (before_app_request or the like).")
        raise AddonFaultError("load", said)
    check_pages(manifest, app, rules_before=before.rules, resources=known)
    check_menus(manifest, app, loaded, resources=known)
    return loaded


def mount_point(name: str, own: str | None) -> str:
    """Return where a blueprint is mounted: /<name>, or /<name>/<its own prefix>."""
    rest = (own or "").strip("/")
    rest = rest.removeprefix(name).strip("/") if rest.split("/")[0] == name else rest
    return f"/{name}/{rest}".rstrip("/")


class _Wiring:
    """What of an app concerns every page; a blueprint of an add-on must leave it alone."""

    def __init__(self, app: Flask) -> None:
        self.rules = tuple(app.url_map.iter_rules())
        self.wide: list[Any] = [
            tuple(place.get(None, ()))
            for place in (
                app.before_request_funcs,
                app.after_request_funcs,
                app.teardown_request_funcs,
                app.url_value_preprocessors,
                app.url_default_functions,
                app.template_context_processors,
            )
        ]
        handlers = app.error_handler_spec.get(None, {})
        self.wide.append(tuple((c, k) for c, several in handlers.items() for k in several))
        self.wide.append(tuple(app.jinja_env.globals))
        self.wide.append(tuple(app.jinja_env.filters))
        self.wide.append(tuple(app.jinja_env.tests))

    def reaches_beyond(self, before: "_Wiring") -> bool:
        """Tell whether anything that concerns every page differs."""
        return self.wide != before.wide
