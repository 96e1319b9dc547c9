"""Let one add-on into an app: load it, check every contribution and text, mount its pages."""

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pluggy
from flask import Flask
from jinja2 import TemplateNotFound, TemplateSyntaxError
from jinja2.meta import find_referenced_templates

from core.addons.faults import AddonFaultError, words
from core.addons.key_checks import check_contributions
from core.addons.loading import Loaded, load_plugin
from core.addons.manifest import Manifest
from core.addons.model_checks import check_models
from core.addons.page_checks import check_menus, check_pages, check_templates
from core.addons.refusals import refuse_addon
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
    measured: Mapping[str, str],
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
    check_contributions(
        manifest, loaded, resources=resources, dimensions=dimensions, measured=measured
    )
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


def check_texts(manifest: Manifest, loaded: Loaded, app: Flask) -> None:
    """Check that templates can be read and that those which are asked for exist.

    Done where an add-on is tried, not at every start. Raises AddonFaultError.
    """
    for blueprint in loaded.of("blueprints"):
        if not blueprint.template_folder:
            continue
        folder = Path(blueprint.root_path, blueprint.template_folder)
        for path in sorted(folder.rglob("*.html")):
            _check_template(app, folder, path)
        _check_rendered(manifest, folder, Path(blueprint.root_path))


def _check_template(app: Flask, folder: Path, path: Path) -> None:
    """Refuse a template that cannot be parsed, or that builds on one that is not there."""
    name = path.relative_to(folder).as_posix()
    try:
        tree = app.jinja_env.parse(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        place = f"{folder.parent.name}/templates/{name}, line {error.lineno}"
        refuse_addon("A template cannot be read: %(error)s", error=error.message, file=place)
    for other in find_referenced_templates(tree):
        if other is not None and not _exists(app, folder, other):
            place = f"{folder.parent.name}/templates/{name}"
            refuse_addon("There is no template %(template)s.", template=other, file=place)


def _check_rendered(manifest: Manifest, folder: Path, code: Path) -> None:
    """Refuse code that names a template "<name>/….html" that is not there."""
    named = re.compile(rf"[\"']({manifest.name}/[\w./-]+\.html)[\"']")
    for path in sorted(code.rglob("*.py")):
        for template in named.findall(path.read_text(encoding="utf-8", errors="replace")):
            if not (folder / template).is_file():
                refuse_addon("There is no template %(template)s.", template=template)


def _exists(app: Flask, folder: Path, name: str) -> bool:
    if (folder / name).is_file():
        return True
    try:
        app.jinja_env.loader.get_source(app.jinja_env, name)  # type: ignore[union-attr]
    except TemplateNotFound:
        return False
    return True
