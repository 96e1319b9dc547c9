"""Conformance of what an add-on says about itself: manifest, names, models, texts, hooks, code."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.access.declarations import Protected
from core.addons.key_checks import KEYS, strange_keys
from core.config import ROOT
from core.contributions import Resource
from core.i18n import force_locale
from core.i18n.catalogue import read_catalogue
from core.i18n.extraction import catalogue_path, obsolete, untranslated
from core.testing.code_bans import bans, foreign_imports, imports, layer_faults, made_up_reasons
from core.testing.subject import Subject

CHINESE = re.compile("[\u4e00-\u9fff]")
TITLED = ("resources", "dimensions", "menus", "slots", "settings", "jobs", "event_types",
          "measures", "exchanges")  # fmt: skip
PLACE = re.compile(r"%\((\w+)\)")


def manifest_faults(subject: Subject) -> list[str]:
    """Return what the manifest lacks for its readers."""
    found = []
    for key in ("title", "summary"):
        text = getattr(subject.manifest, key)
        if not CHINESE.search(text.zh):
            found.append(f"[{key}] zh = {text.zh!r} holds no Chinese")
        if CHINESE.search(text.en):
            found.append(f"[{key}] en = {text.en!r} is not English")
    offered = subject.registry.catalogue.found[subject.name]
    if not offered.source.startswith("package "):
        return found
    return found if (subject.folder / "manifest.toml").is_file() else [*found, "no manifest.toml"]


def name_faults(subject: Subject) -> list[str]:
    """Return the names that do not begin with the add-on's own."""
    prefix, found = subject.name, []
    for model in subject.own("models"):
        if not model.__tablename__.startswith(f"{prefix}_"):
            found += [f"table {model.__tablename__} of {model.__name__} lacks {prefix}_"]
    for kind, key_of in KEYS.items():
        keys = [key_of(item) for item in subject.own(kind)]
        found += [f"{kind}: {key} lacks {prefix}." for key in strange_keys(prefix, kind, keys)]
    for rule in subject.app.url_map.iter_rules():
        owner = rule.endpoint.partition(".")[0].partition("_")[0]
        if owner == prefix and not f"{rule.rule}/".startswith(subject.roots):
            found.append(f"the address {rule.rule} does not lie below {subject.roots[0]}")
    return found


def model_faults(subject: Subject) -> list[str]:
    """Return the models without a word on who sees them, or under a right that nobody declared."""
    found = []
    for model in subject.own("models"):
        if not issubclass(model, Protected):
            if not getattr(getattr(model, "__access__", None), "reason", "").strip():
                found.append(f"{model.__name__}: inherit Scoped or Child, or say __access__")
            continue
        known: Resource | None = subject.registry.resources.get(model.__resource__)
        if known is None:
            found.append(f"{model.__name__}: the resource {model.__resource__} is not declared")
    return found


def translation_faults(subject: Subject) -> list[str]:
    """Return texts without Chinese, translations that nothing shows, and values left out."""
    remedy = "run sunmao i18n update on its folder, then fill in msgstr"
    lost = untranslated(subject.folder).items()
    found = [f"no Chinese: {message} ({place}); {remedy}" for message, place in lost]
    found += [f"not shown any more: {message}" for message in obsolete(subject.folder)]
    path = catalogue_path(subject.folder)
    for message in read_catalogue(path) if path.exists() else ():
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        known = {name for one in ids for name in PLACE.findall(str(one))} | {"num"}
        for text in map(str, texts if message.id else ()):
            found += [f"{text!r} asks for {n}" for n in set(PLACE.findall(text)) - known]
    return found + [line for kind in TITLED for line in _titles(kind, subject.own(kind))]


def _titles(kind: str, items: tuple[Any, ...]) -> Iterator[str]:
    for item in items:
        with force_locale("en"):
            english = str(item.title)
        with force_locale("zh_Hans_CN"):
            chinese = str(item.title)
        if not english or CHINESE.search(english) or not CHINESE.search(chinese):
            yield f"{kind}: the title {english!r} has no Chinese (is it wrapped in _l?)"


def hook_faults(subject: Subject) -> list[str]:
    """Return hook implementations without a docstring, and own hooks that no page documents."""
    found = []
    for loaded in subject.registry.plugged[subject.name]:
        for name, function in inspect.getmembers(loaded.module, inspect.isfunction):
            if hasattr(function, "sunmao_impl") and not function.__doc__:
                found.append(f"plugin.py: {name} has no docstring")
    specs = subject.folder / "hookspecs.py"
    if specs.is_file():
        pages = [ROOT / "docs" / "hooks.md", subject.folder / "hooks.md"]
        text = "".join(p.read_text(encoding="utf-8") for p in pages if p.is_file())
        missing = [s for s in signatures(specs) if f"### {s}\n" not in f"{text}\n"]
        found += [f"hookspecs.py: docs/hooks.md or hooks.md lacks ### {s}" for s in missing]
    return found


def signatures(specs: Path) -> list[str]:
    """Return "name(arguments) -> type" of every hook that a file declares, as it is written."""
    tree = ast.parse(specs.read_text(encoding="utf-8"))
    return [
        f"{node.name}({ast.unparse(node.args)}) -> "
        f"{ast.unparse(node.returns) if node.returns else 'None'}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(one).startswith("hookspec") for one in node.decorator_list)
    ]


def code_faults(subject: Subject) -> list[str]:
    """Return, with file and line, what goes round the wall, the clock, the layers, the manifest."""
    found = []
    own = {n: m.package for n, m in subject.registry.loaded.items()}
    for file in sorted(subject.folder.rglob("*.py")):
        name = file.relative_to(subject.folder).as_posix()
        if name.startswith("migrations/"):
            continue
        module = ast.parse(file.read_text(encoding="utf-8"))
        faults = bans(module) + made_up_reasons(module)
        found += [f"{name}, {fault}" for fault in faults]
        found += [f"{name}: may not use {one}" for one in layer_faults(file.name, module)]
        found += [
            f"{name}: imports {one}; name it under [depends], and use only its services, queries "
            "and models"
            for one in foreign_imports(
                subject.name, set(subject.manifest.depends), imports(module), packages=own
            )
        ]
    return found
