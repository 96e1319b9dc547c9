"""docs/adding-an-addon.md is true: every command is typed, every change applied, outputs compared.

So are the pages that go on from it. Of every other page, what its examples import is there.
"""

import importlib

import pytest

from core.config import ROOT
from tests.core.cli.workshop import Workshop
from tests.journeys.tutorial import Reader, blocks, changed, imported, matches

DOCS = {page.stem: page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md"))}
PAGE = DOCS["adding-an-addon"]
FURTHER = {"child-records": "45 passed", "api": "1 passed"}  # in the order in which they are read


@pytest.mark.processes
def test_the_page_builds_an_addon_that_keeps_to_its_tests(tmp_path):
    reader = Reader(Workshop(tmp_path / "checkout", with_addons=("customers",)))
    for kind, text in blocks(PAGE):
        reader.follow(kind, text)
    assert "37 passed" in "".join(reader.log)
    for name, passed in FURTHER.items():
        reader.log.clear()
        for kind, text in blocks(DOCS[name]):
            reader.follow(kind, text)
        assert passed in "".join(reader.log)


@pytest.mark.parametrize("page", [name for name, text in DOCS.items() if imported(text)])
def test_what_an_example_imports_of_the_core_is_there(page):
    missing = [
        f"{module}.{name}"
        for module, name in imported(DOCS[page])
        if not hasattr(importlib.import_module(module), name)
    ]
    assert missing == []


def test_an_import_of_something_that_is_not_there_would_be_noticed():
    text = "```python\nfrom core.web.lists import (\n    ListSpec,\n    Tab as T,\n)\n```\n"
    assert imported(text) == [("core.web.lists", "ListSpec"), ("core.web.lists", "Tab")]
    change = (
        "```diff\n--- a.py\n-from core.old import gone\n+from core.errors import Refused\n```\n"
    )
    assert imported(change) == [("core.errors", "Refused")]


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
