"""What an add-on's templates must keep to before anybody asks for one."""

import re
from pathlib import Path

from flask import Flask
from jinja2 import TemplateNotFound, TemplateSyntaxError
from jinja2.meta import find_referenced_templates

from core.addons.checks import refuse_addon
from core.addons.loading import Loaded
from core.addons.manifest import Manifest


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
