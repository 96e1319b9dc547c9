"""An add-on from a package that was uninstalled: its rows stay until they are purged, by any way."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from core.config import ROOT
from core.testing.databases import PostgresDatabase, SqliteDatabase
from tests.core.addons.building import Workshop
from tests.core.addons.pets import LEASH_MIGRATION, LEASH_PLUGIN, MIGRATION, MODELS, PLUGIN

VISIT = """
import json, re, sys
from html import unescape
from pathlib import Path
from sqlalchemy import inspect, text
from core.actor import acting_as, system_actor
from core.addons import lifecycle, schema
from core.addons.registry import registry
from core.app import create_app
from core.cli.addons import addon
from core.testing.client import Client, signed_in_client
from core.testing.making import Maker
from core.unit_of_work import unit_of_work

folder, url, mode = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
app = create_app(instance=folder / "instance", manifests=folder / "manifests", database_url=url,
                 job_engine="off", testing=True, gate_ttl_seconds=0.0)
app.test_client_class = Client
app.config["PROPAGATE_EXCEPTIONS"] = False
told = []


def tables():
    engine = schema.schema_engine(lifecycle.site_config())
    return sorted(n for n in inspect(engine).get_table_names() if n.startswith(("pets", "leash")))


def run(*words):
    answer = app.test_cli_runner().invoke(addon, words)
    told.append([" ".join(words), answer.exit_code, answer.output])


def post(boss, name, act, **fields):
    address = f"/admin/addon/{name}/{act}"
    page = boss.get(address)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    shown = re.sub(r"\\s+", " ", unescape(re.sub("<[^>]+>", " ", page.text)))
    if "</form>" not in page.text.split('aria-labelledby="pvh"')[-1]:
        told.append([f"{act} {name}", page.status_code, shown])
        return
    answer = boss.post(address, data={**fields, "csrf_token": found[1]})
    told.append([f"{act} {name}", answer.status_code, shown])


with app.app_context():
    if mode == "install":
        with acting_as(system_actor("test")):
            lifecycle.upgrade_site(lifecycle.site_config())
            lifecycle.enable("leash")
        with schema.schema_engine(lifecycle.site_config(), writing=True).begin() as connection:
            connection.execute(text("INSERT INTO pets_pet (id, name) VALUES (7, 'Tom')"))
            connection.execute(text("INSERT INTO leash_leash (id, pet_id) VALUES (1, 7)"))
        Maker().administrator(locale="en")
    else:
        if mode == "running":  # the server still has the code that is not on disk any more
            for path in ("zoo_pets", "visits_pkg-3.1.dist-info"):
                import shutil
                shutil.rmtree(folder / "code" / path)
        from core.accounts.models import User
        from sqlalchemy import select
        with unit_of_work(system_actor("test")) as session:
            user = session.scalars(select(User).where(User.login == "admin")).one()
        boss = signed_in_client(app, user)
        pages = ["/", "/admin/addons", "/admin/addons/doctor", "/admin/addon/pets"]
        pages += [f"/admin/addon/pets/{a}" for a in ("enable", "disable", "uninstall", "purge")]
        answers = {page: boss.get(page) for page in pages}
        told.append(["pages", {p: a.status_code for p, a in answers.items()},
                     unescape(answers["/admin/addon/pets"].text)])
        order = [("pets", "purge"), ("pets", "disable"), ("leash", "disable"), ("pets", "disable"),
                 ("pets", "uninstall"), ("leash", "uninstall"), ("pets", "uninstall"),
                 ("pets", "purge"), ("leash", "purge"), ("pets", "purge")]
        for name, act in order:
            if mode == "cli":
                run(act, name, *(["--confirm", name] if act == "purge" else []))
            else:
                post(boss, name, act, **({"confirmation": name} if act == "purge" else {}))
            told.append(["tables", tables()])
        told.append(["after", {page: boss.get(page).status_code for page in pages[:3]}])
(folder / f"{mode}.json").write_text(json.dumps(told))
"""


OUTCOMES = [False, False, True, True, False, True, True, False, True, True]
REFUSALS = [
    ("disable it and uninstall it first", "请先停用并卸载"),
    ("leash depends on it; disable that first", "请先停用 leash"),
    ("leash depends on it and is installed; uninstall that first", "请先卸载 leash"),
    ("leash_leash of another add-on refers to pets_pet; purge that add-on first", "请先清除"),
]


@pytest.fixture
def visit(database, tmp_path, request):
    """A site with `pets` from a package and `leash` from a folder; gives what a visit is told."""
    workshop = Workshop(tmp_path)
    files = {
        "models.py": MODELS,
        "plugin.py": PLUGIN,
        "migrations/versions/0001_pets.py": MIGRATION,
        "templates/pets/index.html": "{{ names }}",
    }
    workshop.install("pets", value="zoo_pets", files=files)
    leash = {"plugin.py": LEASH_PLUGIN, "migrations/versions/0001_leash.py": LEASH_MIGRATION}
    workshop.addon("leash", leash, extra='[depends]\npets = "*"\n')
    (tmp_path / "visit.py").write_text(VISIT)
    (tmp_path / "instance").mkdir()
    if database == "sqlite":
        url = SqliteDatabase(tmp_path).url
    else:
        url = PostgresDatabase(request.getfixturevalue("postgres_cluster"), "vanished").url

    def go(mode):
        path = os.pathsep.join([str(ROOT), str(workshop.code)])
        ended = subprocess.run(
            [sys.executable, tmp_path / "visit.py", tmp_path, url, mode],
            env=os.environ | {"PYTHONPATH": path, "SUNMAO_DATABASE_URL": ""},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ended.returncode == 0, ended.stderr[-4000:]
        return json.loads((tmp_path / f"{mode}.json").read_text())

    go("install")
    return go, workshop


@pytest.mark.processes
@pytest.mark.parametrize("mode", ["web", "cli", "running"])
def test_it_is_put_away_and_purged_step_by_step_and_each_refusal_says_what_to_do(visit, mode):
    go, workshop = visit
    if mode != "running":
        shutil.rmtree(workshop.code / "zoo_pets")
        shutil.rmtree(workshop.code / "visits_pkg-3.1.dist-info")
    told = go(mode)
    told = (
        [one for one in told if one[0] != "tables"],
        [one[1] for one in told if one[0] == "tables"],
    )
    (pages, *acts, after), left = told
    assert set(pages[1].values()) == set(after[1].values()) == {200}
    assert "Its code is not here any more; its data is kept. Install its package again" in pages[2]
    done = 0 if mode == "cli" else 302
    assert [code == done for _act, code, _said in acts] == OUTCOMES
    refusals = [said for _act, code, said in acts if code != done]
    for refusal, words in zip(refusals, REFUSALS, strict=True):
        assert words[mode == "cli"] in refusal
    assert left[:8] == [left[0]] * 8
    assert {"pets_pet", "pets_toy", "leash_leash"} < set(left[0])
    assert left[8] == ["pets_pet", "pets_toy", "pets_version"]
    assert left[9] == []
    copies = sorted((workshop.folder / "instance" / "exports").iterdir())
    assert [one.name.split("-")[0] for one in copies] == ["leash", "pets"]
    assert "7,Tom" in (copies[1] / "pets_pet.csv").read_text(encoding="utf-8-sig")
