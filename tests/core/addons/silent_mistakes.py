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
    "a right of a menu entry as text": (
        "menus.py", '        needs=(RESOURCE, "create")', '        needs="visits.visit:create"',
        'visits.create has needs="visits.visit:create"; write the kind of record and the verb, '
        'such as needs=("visits.visit", "create")', "menus.py, line 20"),
    "a right put together": (
        "menus.py", '        needs=(RESOURCE, "create")', '        needs=f"{RESOURCE}:create"',
        'such as needs=("visits.visit", "create")', "menus.py, line 20"),
    "a right without a verb": (
        "menus.py", '        needs=(RESOURCE, "create")', '        needs=("visits.visit",)',
        'visits.create has needs=("visits.visit",); write the kind', "menus.py, line 20"),
    "a right of a slot as text": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_slots():\n    from core.contributions import Slot\n"
        '    return [Slot(place="workspace.main", key="x", title="X", render=str,\n'
        '                 needs="visits.visit.query")]\n\n\n@hookimpl\ndef register_menus',
        'x has needs="visits.visit.query"; write the kind of record', "plugin.py, line 41"),
    "a right of a button as text": (
        "pages.py", 'needs=(RESOURCE, "update")', 'needs="visits.visit:update"',
        'Action has needs="visits.visit:update"; write the kind of record', "pages.py, line 44"),
    "a right of a button put together": (
        "pages.py", 'needs=(RESOURCE, "update")', 'needs=f"{RESOURCE}:update"',
        'such as needs=("visits.visit", "update")', "pages.py, line 44"),
    "a right of an act as text": (
        "services.py", "def delete_visit",
        '@__import__("core.consent.acts").consent.acts.by_several(\n'
        '    "visits.delete", title="x", needs="visits.visit:delete")\ndef delete_visit',
        "visits.delete: needs='visits.visit:delete' must be a pair", "services.py, line 46"),
    "a guard above the address": (
        "views.py", '@blueprint.get("/export")\n@needs(RESOURCE, "export")\n',
        '@needs(RESOURCE, "export")\n@blueprint.get("/export")\n',
        "visits.export has @needs above its address, where it guards nothing; write it below",
        "views.py, line 27"),
    "another guard above the address": (
        "views.py", '@blueprint.get("/export")\n@needs(RESOURCE, "export")\n',
        'from core.access.decorators import signed_in\n\n\n'
        '@signed_in\n@blueprint.get("/export")\n',
        "visits.export has @signed_in above its address", "views.py, line 30"),
    "an indicator of the house misspelt": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_measures():\n    from core.contributions import Measure\n"
        '    return [Measure(key="sales.oportunity.new", title="H", resource="visits.visit", '
        "facts=str)]\n\n\n@hookimpl\ndef register_menus",
        "or be an indicator of the house; did you mean sales.opportunity.new?", "plugin.py, line 40"),
    "a measure of nobody's name": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_measures():\n    from core.contributions import Measure\n"
        '    return [Measure(key="calls.made", title="H", resource="visits.visit", facts=str)]'
        "\n\n\n@hookimpl\ndef register_menus",
        "calls.made must begin with “visits.”", "plugin.py, line 40"),
}  # fmt: skip
