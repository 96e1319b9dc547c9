import sys
import time

import pytest

from core.addons import probe
from core.addons.catalogue import discover
from core.addons.probe import probe_all, run_probes
from core.config import Config
from tests.core.addons.building import Workshop

pytestmark = pytest.mark.processes


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    found = Workshop(tmp_path)
    found.code.mkdir()
    monkeypatch.syspath_prepend(str(found.code))
    monkeypatch.setattr(probe, "_memo", {})
    return found


def probed(workshop):
    config = Config(instance=workshop.folder, manifests=workshop.manifests, probe_seconds=10)
    return probe_all(discover(workshop.manifests).found, config=config)


def counting(monkeypatch):
    tried = []
    real = run_probes

    def spy(chains, *, seconds):
        tried.extend(chain[-1].manifest.name for chain in chains)
        return real(chains, seconds=seconds)

    monkeypatch.setattr(probe, "run_probes", spy)
    return tried


def test_verdicts_are_kept_until_the_code_or_what_it_needs_changes(workshop, monkeypatch):
    tried = counting(monkeypatch)
    workshop.addon("base")
    workshop.addon("top", extra='[depends]\nbase = "*"\n')
    workshop.addon("other", {"plugin.py": "1 / 0"})
    first = probed(workshop)
    assert set(first) == {"other"}
    assert "ZeroDivisionError" in first["other"].trace
    assert sorted(tried) == ["base", "other", "top"]

    tried.clear()
    monkeypatch.setattr(probe, "_memo", {})  # another process: only the files remember
    again = probed(workshop)
    assert again["other"].words == first["other"].words
    assert tried == []

    workshop.package("base", {"more.py": "x = 1"})
    probed(workshop)
    assert sorted(tried) == ["base", "top"]

    tried.clear()
    workshop.package("other", {"plugin.py": "from core.hookspecs import hookimpl"})
    assert probed(workshop) == {}
    assert tried == ["other"]


def test_nothing_of_what_is_tried_is_imported_here(workshop):
    workshop.addon("base", {"plugin.py": "from core.hookspecs import hookimpl\nprint('hello')"})
    assert probed(workshop) == {}
    assert not [name for name in sys.modules if name.startswith("zoo_base")]


def test_a_damaged_cache_is_only_a_reason_to_try_again(workshop, monkeypatch):
    workshop.addon("base")
    probed(workshop)
    (workshop.folder / "probes" / "base.json").write_text("{")
    monkeypatch.setattr(probe, "_memo", {})
    tried = counting(monkeypatch)
    assert probed(workshop) == {}
    assert tried == ["base"]


def test_a_process_that_the_addon_leaves_behind_is_ended(workshop):
    mark = workshop.folder / "alive"
    workshop.addon(
        "breeder",
        {
            "plugin.py": f"""\
            import subprocess, sys, time
            subprocess.Popen([sys.executable, "-c",
                "import time, pathlib; time.sleep(8); pathlib.Path({str(mark)!r}).touch()"])
            time.sleep(0.5)
            raise RuntimeError("left a child")
            """
        },
    )
    began = time.monotonic()
    assert "left a child" in probed(workshop)["breeder"].words.plain
    time.sleep(max(0.0, 9.5 - (time.monotonic() - began)))
    assert not mark.exists()


def test_no_addon_costs_no_process(workshop, monkeypatch):
    monkeypatch.setattr(probe.subprocess, "run", None)
    workshop.manifests.mkdir()
    assert probed(workshop) == {}
