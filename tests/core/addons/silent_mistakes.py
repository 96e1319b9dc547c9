"""Mistakes that once told nothing, or not where: see test_mistakes."""

SILENT = {
    "a dimension misspelt": (
        "resources.py", 'dimensions=("org",', 'dimensions=("ogr",',
        "has the dimension ogr, which nobody declares; did you mean org?", "resources.py, line"),
    "a hook not marked": (
        "plugin.py", "@hookimpl\ndef register_menus", "def register_menus",
        "register_menus is not marked with @hookimpl, so nobody calls it", "plugin.py, line 37"),
    "a hook neither marked nor spelt": (
        "plugin.py", "@hookimpl\ndef register_menus", "def register_menu",
        "did you mean “@hookimpl def register_menus”?", "plugin.py, line 37"),
    "an icon that is none": (
        "manifest", 'icon = "module"', 'icon = "modul"', "did you mean module?", "manifests/visits.toml"),
    "an import under no verb": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_exchanges():\n    from core.contributions import Exchange\n"
        '    return [Exchange(key="visits.file", title="F", resource="visits.visit", '
        "columns=(), apply=str)]\n\n\n@hookimpl\ndef register_menus",
        "visits.file takes in files of visits.visit, which lacks the verb import", ".py, line"),
    "a measure of nearly its own name": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_measures():\n    from core.contributions import Measure\n"
        '    return [Measure(key="held", title="H", resource="visits.visit", facts=str)]'
        "\n\n\n@hookimpl\ndef register_menus",
        "held must begin with “visits.”", "plugin.py, line 40"),
    "a licence": (
        "manifest", "license =", "licence =", "did you mean license?", "manifests/visits.toml"),
    "a resource of a right misspelt": (
        "views.py", '@needs(RESOURCE, "delete")', '@needs("visits.visitx", "delete")',
        "visits.visitx delete is needed but not declared; did you mean visits.visit?", ""),
    "a dependency of another version": (
        "manifest", "[title]", '[depends]\ncustomers = ">=9"\n\n[title]',
        "It needs customers >=9; here is", "manifests/visits.toml"),
}  # fmt: skip
