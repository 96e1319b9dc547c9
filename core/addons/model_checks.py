"""What tables of an add-on must keep to: its own prefix, declared rights, neighbours it needs."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.refusals import refuse_addon
from core.contributions import Resource
from core.database import Model


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
