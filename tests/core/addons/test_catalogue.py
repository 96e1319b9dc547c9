import sys

import pytest

from core.addons.catalogue import discover, package_folder
from tests.core.addons.building import Workshop


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    found = Workshop(tmp_path)
    found.manifests.mkdir()
    found.code.mkdir()
    monkeypatch.syspath_prepend(str(found.code))
    return found


def test_every_manifest_in_the_folder_is_found_and_bundles_are_not(workshop):
    workshop.addon("visits")
    workshop.addon("trips")
    (workshop.manifests / "bundles").mkdir()
    (workshop.manifests / "bundles" / "site.toml").write_text("x = 1")
    found = discover(workshop.manifests)
    assert set(found.manifests) == {"visits", "trips"}
    assert not found.faults
    assert found.found["visits"].folder == workshop.code / "zoo_visits"


def test_a_bad_manifest_hides_no_other(workshop):
    workshop.addon("visits")
    (workshop.manifests / "bad.toml").write_text("name = [")
    (workshop.manifests / "not_latin_客户.toml").write_text("")
    found = discover(workshop.manifests)
    assert set(found.manifests) == {"visits"}
    assert set(found.faults) == {"bad", "not_latin_客户"}


def test_reading_manifests_imports_no_code(workshop):
    workshop.addon("visits", {"__init__.py": "raise RuntimeError('imported')"})
    assert "visits" in discover(workshop.manifests).manifests
    assert "zoo_visits" not in sys.modules


def test_a_folder_that_does_not_exist_offers_nothing(tmp_path):
    assert discover(tmp_path / "none").manifests == {}


def test_an_installed_package_brings_its_manifest_by_entry_point(workshop):
    workshop.install("visits", value="zoo_visits")
    found = discover(workshop.manifests).found["visits"]
    assert found.manifest.version == "3.1"
    assert found.source == "package visits-pkg"


def test_the_entry_point_may_name_the_file(workshop):
    workshop.install("visits", value="zoo_visits:manifest.toml")
    assert "visits" in discover(workshop.manifests).found


@pytest.mark.parametrize("value", ["zoo_visits:other.toml", "gone_package", "zoo_visits.sub"])
def test_an_entry_point_without_a_manifest_is_a_fault(workshop, value):
    workshop.install("visits", value=value)
    found = discover(workshop.manifests)
    assert "without a manifest" in found.faults["visits"].words.plain


def test_a_name_offered_twice_is_a_fault_of_that_name_only(workshop):
    workshop.addon("visits")
    workshop.addon("trips")
    workshop.install("visits", value="zoo_visits")
    found = discover(workshop.manifests)
    assert set(found.manifests) == {"trips"}
    said = found.faults["visits"].words.plain
    assert "manifests/visits.toml" in said
    assert "package visits-pkg" in said


def test_the_fingerprint_follows_what_is_offered(workshop):
    workshop.addon("visits")
    before = discover(workshop.manifests).fingerprint()
    assert discover(workshop.manifests).fingerprint() == before
    workshop.addon("visits", version="1.0.1")
    changed = discover(workshop.manifests).fingerprint()
    workshop.addon("trips")
    assert len({before, changed, discover(workshop.manifests).fingerprint()}) == 3


def test_a_package_that_is_not_there_has_no_folder():
    assert package_folder("no_such_package_at_all") is None
    assert package_folder("core.addons") is not None
