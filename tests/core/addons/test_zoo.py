"""A zoo of broken add-ons, all in one site: the core answers, and each fault is named.

The site runs in a process of its own, so that what is loaded there stays there.
"""

import json
import os
import subprocess
import sys
from html import unescape

import pytest

from core.config import ROOT
from tests.core.addons.building import Workshop
from tests.core.addons.zoo_exhibits import BROKEN, MISFITS, fill
from tests.core.addons.zoo_visit import VISIT

pytestmark = pytest.mark.processes

PROBE_SECONDS = 6


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    workshop = Workshop(tmp_path_factory.mktemp("zoo"))
    fill(workshop)
    (workshop.folder / "visit.py").write_text(VISIT)
    (workshop.folder / "instance").mkdir()
    path = os.pathsep.join([str(ROOT), str(workshop.code)])
    ended = subprocess.run(
        [sys.executable, workshop.folder / "visit.py", workshop.folder, str(PROBE_SECONDS)],
        env=os.environ | {"PYTHONPATH": path, "SUNMAO_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return json.loads((workshop.folder / "result.json").read_text())


FAULTS = {
    **{name: said for name, (_plugin, said) in BROKEN.items()},
    **{name: said for name, (_extra, said) in MISFITS.items()},
    "oldcore": "made for core",
    "realfile": "its file is called realfile",
    "admin": "reserved",
    "nocode": "not installed",
    "badtoml": "not valid TOML",
    "huge": "at most",
    "halfway": "no_such_table",
    "vanished": "not here any more",
    "recounting": "recounting and counting both measure sales.visit.count; take it out of one",
}


def test_the_core_answers_beside_all_of_them(zoo):
    assert set(zoo["pages"].values()) == {200}
    assert set(zoo["after"].values()) == {200}


@pytest.mark.parametrize(("name", "said"), FAULTS.items())
def test_the_fault_is_named_on_the_page_and_by_the_doctor(zoo, name, said):
    assert said in unescape(zoo["shown"][name])
    assert f'id="addon-{name}"' in zoo["trouble"]
    code, told = zoo["doctor"]
    assert code == 1
    assert f"{name}: [" in told


@pytest.mark.parametrize(
    "name", sorted({*BROKEN, *MISFITS, "oldcore", "nocode", "halfway", "recounting", "tyrant"})
)
def test_it_cannot_be_switched_on(zoo, name):
    if name != "misspelt":
        assert zoo["refused"][name]
    assert name not in zoo["on"]


def test_no_broken_addon_was_imported_into_the_server(zoo):
    modules = {one.split(".")[0] for one in zoo["imported"]}
    assert not modules & {f"zoo_{name}" for name in BROKEN}


def test_sound_neighbours_work(zoo):
    assert {"street", "badpage", "counting"} <= set(zoo["on"])


def test_an_addon_from_an_installed_package_works_like_any_other(zoo):
    assert zoo["parcel"][0] == "unpacked"
    assert "package sunmao-parcel" in zoo["parcel"][1]


def test_an_entry_and_a_reason_that_raise_cost_only_themselves(zoo):
    preview, page, refusal = zoo["badmenu"]
    assert page == "there"
    assert "no reason at all" in unescape(preview)
    assert "no reason at all" in refusal  # who cannot be asked is not uninstalled


def test_a_page_that_fails_is_its_own_error_only(zoo):
    assert zoo["badpage"] == 500


def test_a_conflict_is_named(zoo):
    assert "street" in zoo["refused"]["tyrant"]
