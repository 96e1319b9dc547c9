"""The visit to the zoo: a program that tries every exhibit and tells what it saw."""

VISIT = """
import json, sys
from pathlib import Path
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.app import create_app
from core.errors import Refused
from core.testing.client import Client, signed_in_client
from core.testing.making import Maker
from core.testing.site import fill_template

folder = Path(sys.argv[1])
settings = dict(instance=folder / "instance", manifests=folder / "manifests", job_engine="off",
                testing=True, gate_ttl_seconds=0.0, probe_seconds=float(sys.argv[2]))
OPERATOR = system_actor("zoo")
result = {"refused": {}}
app = create_app(**settings)
with app.app_context(), acting_as(OPERATOR):
    lifecycle.upgrade_site(lifecycle.site_config())
    for name in [*sorted(registry().catalogue.found), "badtoml"]:
        try:
            lifecycle.enable(name)
        except Refused as refusal:
            result["refused"][name] = str(refusal)
(folder / "manifests" / "vanished.toml").unlink()
app = create_app(**settings)
app.test_client_class = Client
app.config["PROPAGATE_EXCEPTIONS"] = False  # as in production: a failed page is answered
with app.app_context():
    found = registry()
    result["loaded"] = sorted(found.loaded)
    result["on"] = sorted(found.enabled_set().names)
    boss = signed_in_client(app, Maker().administrator(locale="en"))
    pages = ["/", "/admin/addons", "/admin/addons?tab=trouble", "/admin/addons/doctor",
             "/admin/addons/history"]
    result["pages"] = {page: boss.get(page).status_code for page in pages}
    result["trouble"] = boss.get("/admin/addons?tab=trouble").text
    result["parcel"] = [boss.get("/parcel/").text, boss.get("/admin/addon/parcel").text]
    result["badpage"] = boss.get("/badpage/").status_code
    result["badmenu"] = [boss.get(f"/admin/addon/badmenu/disable").text,
                         boss.get("/badmenu/").text]
    with acting_as(OPERATOR):
        lifecycle.disable("badmenu")
        try:
            lifecycle.uninstall("badmenu")
        except Refused as refusal:
            result["badmenu"].append(str(refusal))
    names = {*found.catalogue.found, *found.catalogue.faults, "vanished"}
    result["shown"] = {name: boss.get(f"/admin/addon/{name}").text for name in names}
    result["after"] = {page: boss.get(page).status_code for page in pages}
    result["imported"] = sorted(n for n in sys.modules if n.startswith("zoo_"))
    runner = app.test_cli_runner()
    from core.cli.addons import addon
    told = runner.invoke(addon, ["doctor"])
    result["doctor"] = [told.exit_code, told.output]
(folder / "result.json").write_text(json.dumps(result))
"""
