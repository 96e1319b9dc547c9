"""The README promises commands and folders; they exist and CI calls them."""

import re

from tests.house.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_every_command_of_the_readme_is_a_target():
    promised = set(re.findall(r"`make ([a-z]+)", README))
    assert {"demo", "test", "check", "lint", "bench"} <= promised <= TARGETS


def test_every_target_is_explained_by_help():
    assert set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE)) == TARGETS


def test_every_folder_of_the_readme_exists():
    named = re.findall(r"^\| `([a-z]+)/` \|", README, re.MULTILINE)
    assert named
    assert not [name for name in named if not (ROOT / name).is_dir()]


def test_ci_runs_the_test_command_of_the_readme_and_lets_nothing_be_skipped():
    assert "make test" in CI
    assert "make lint" in CI
    assert "REQUIRE_PG=1" in CI
    assert "REQUIRE_BROWSER=1" in CI


def test_the_index_leads_to_every_page():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert len(pages) > 10
    assert {page for page in pages if f"({page})" not in index} == set()


def test_every_link_of_the_documentation_leads_somewhere():
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        broken += [f"{page.name}: {one}" for one in targets if not (page.parent / one).exists()]
    assert not broken
