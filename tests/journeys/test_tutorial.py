"""docs/adding-an-addon.md is true: every command is typed, every change applied, outputs compared."""

import pytest

from core.config import ROOT
from tests.core.cli.workshop import Workshop
from tests.journeys.tutorial import Reader, blocks, changed, matches

PAGE = (ROOT / "docs" / "adding-an-addon.md").read_text(encoding="utf-8")


@pytest.mark.processes
def test_the_page_builds_an_addon_that_keeps_to_its_tests(tmp_path):
    reader = Reader(Workshop(tmp_path / "checkout", with_addons=("customers",)))
    for kind, text in blocks(PAGE):
        reader.follow(kind, text)
    assert "35 passed" in "".join(reader.log)


@pytest.mark.parametrize(
    "contribution",
    ["Slot", "SettingDef", "JobDef", "EventType", "Measure", "Exchange", "Resource", "MenuItem"],
)
def test_each_kind_of_contribution_has_its_worked_example(contribution):
    assert any(contribution in text for kind, text in blocks(PAGE) if kind in {"python", "diff"})


def test_an_output_that_differs_is_noticed():
    assert matches("core: core_…\nvisits: …", "core: core_0002\nvisits: visits_0001\n")
    assert not matches("core: core_…", "core: core_0002\nvisits: visits_0001\n")
    assert not matches("", "something")


def test_a_change_that_no_longer_fits_is_noticed():
    assert changed("a\nb\n", [" a", "+x", " b"]) == "a\nx\nb\n"
    with pytest.raises(AssertionError, match="0 places"):
        changed("a\nb\n", [" c", "+x"])
    with pytest.raises(AssertionError, match="2 places"):
        changed("a\na\n", [" a", "+x"])
