import pytest

from core.addons.faults import AddonFaultError
from core.addons.manifest import RESERVED, SIZE_LIMIT, fits, parse_manifest, read_manifest
from tests.core.addons.building import MANIFEST


def good(name="visits", **changes):
    values = {"name": name, "package": "visits_pkg", "version": "1.2.0", "core": ">=0.1"}
    return MANIFEST.format(**{**values, **changes})


def fault_of(text, name="visits"):
    with pytest.raises(AddonFaultError) as caught:
        parse_manifest(text, name=name)
    assert caught.value.stage == "manifest"
    return caught.value.words.plain


def test_a_good_manifest_is_read_whole():
    text = good() + '[depends]\ncustomers = ">=2.0,<3"\n[suggests]\nplans = "*"\n'
    found = parse_manifest(text, name="visits")
    assert found.depends == {"customers": ">=2.0,<3"}
    assert found.title.zh == "测试 visits"
    assert found.icon == "module"


@pytest.mark.parametrize(
    ("line", "named", "likely"),
    [
        ('verson = "1"', "verson", "version"),
        ('summery = "x"', "summery", "summary"),
        ('[dependes]\na = "*"', "dependes", "depends"),
    ],
)
def test_an_unknown_key_is_named_with_the_likely_one(line, named, likely):
    said = fault_of(good() + line)
    assert named in said
    assert f"did you mean {likely}?" in said


def test_an_unknown_key_far_from_any_lists_the_known_ones():
    said = fault_of(good() + "zzzz = 1")
    assert "zzzz" in said
    assert "known are" in said
    assert "license" in said


def test_an_unknown_language_of_a_title_is_named_with_its_place():
    said = fault_of(good().replace('en = "Test visits"', 'en = "T", fr = "T"'))
    assert "title.fr" in said


def test_a_lacking_key_is_named():
    said = fault_of(good().replace('license = "MIT"\n', ""))
    assert said == "The manifest lacks license."


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_reserved_name_is_refused(name):
    assert "reserved" in fault_of(good(name), name=name)


@pytest.mark.parametrize("name", ["Visits", "my_visits", "visits2", "v", "客户", "a" * 31, "../x"])
def test_names_are_small_latin_letters_only(name):
    assert "name" in fault_of(good(name), name=name)


def test_the_name_must_be_that_of_the_file():
    assert "its file is called trips" in fault_of(good(), name="trips")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "one"}, "not a version"),
        ({"core": ">>1"}, "not a version range"),
        ({"package": "os; import sys"}, "package"),
    ],
)
def test_malformed_values_are_refused_in_words(change, said):
    assert said in fault_of(good(**change))


def test_a_dependency_range_must_be_a_range():
    assert "not a version range" in fault_of(good() + '[depends]\ncustomers = "newest"')


def test_an_addon_cannot_depend_on_itself():
    assert "itself" in fault_of(good() + '[depends]\nvisits = "*"')


def test_control_characters_in_titles_are_refused():
    assert "author" in fault_of(good().replace('"Test"', '"T\\u0007"'))


@pytest.mark.parametrize("text", ["name = ", "[[[", "\x00", "a = " + "[" * 5000])
def test_bad_toml_is_a_fault_not_a_crash(text):
    assert "TOML" in fault_of(text)


def test_a_huge_manifest_is_not_even_read(tmp_path):
    path = tmp_path / "visits.toml"
    path.write_text(good() + "#" * SIZE_LIMIT, encoding="utf-8")
    with pytest.raises(AddonFaultError, match="at most"):
        read_manifest(path, name="visits")


def test_a_manifest_in_another_encoding_is_a_fault(tmp_path):
    path = tmp_path / "visits.toml"
    path.write_bytes(good().encode("utf-16"))
    with pytest.raises(AddonFaultError, match="cannot be read"):
        read_manifest(path, name="visits")


@pytest.mark.parametrize(
    ("version", "allowed", "result"),
    [
        ("2.4.0", ">=2.0,<3", True),
        ("3.0", ">=2.0,<3", False),
        ("1.0", "*", True),
        ("1.0", "", True),
        ("2.0rc1", ">=1", True),
        ("1.4.9", "~=1.4", True),
    ],
)
def test_ranges_are_those_of_pythons_packages(version, allowed, result):
    assert fits(version, allowed) is result
