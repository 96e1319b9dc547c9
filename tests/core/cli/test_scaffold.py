import ast
import importlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli.scaffold import Plan, ScaffoldError, new, rendered, singular, write
from tests.core.cli.workshop import Workshop

PLAN = {"noun": "x", "title_zh": "拜访", "title_en": "Visits", "as_package": False}
TOKEN = re.compile(rf"@({'|'.join(Plan(**PLAN, name='x').tokens)})@")


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path / "checkout")


def plan(name="visits", **more):
    return Plan(name=name, **PLAN | {"noun": singular(name)} | more)


def run(*arguments):
    return CliRunner().invoke(new, arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Visits"], "must be 2 to 30 small Latin letters, such as 'visits'"),
        (["customer-visits"], "such as 'customervisits'"),
        (["拜访"], "must be 2 to 30 small Latin letters."),
        (["class"], "is a word of Python"),
        (["match"], "is a word of Python"),
        (["visits", "--noun", "is"], "is a word of Python"),
        (["admin"], "is reserved for the core"),
        (["customers"], "There is an add-on 'customers' already (manifests/customers.toml)"),
        (["resources"], "The noun 'resource' would clash with a name in the code"),
        (["visits", "--noun", "fields"], "give another by --noun"),
        (["visits", "--title-en", "Notes"], "give another by --title-en"),
        (["visits", "--title-zh", 'say "hi"'], "none of"),
        (["visits", "--title-en", "x" * 41], "1 to 40 characters"),
        (["a" * 25, "--noun", "b" * 20], "too long for the names of indexes"),
    ],
)
def test_a_name_that_would_not_work_is_refused_with_a_remedy(arguments, words, workshop):
    before = sorted(workshop.folder.rglob("*"))
    told = run(*arguments, "--into", str(workshop.folder))
    assert told.exit_code == 1
    assert words in told.output
    assert sorted(workshop.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("many", "one"),
    [("visits", "visit"), ("entries", "entry"), ("boxes", "box"), ("cost", "cost"),
     ("classes", "class"), ("branches", "branch"), ("business", "business"), ("as", "as")],
)  # fmt: skip
def test_the_noun_is_the_name_without_its_plural(many, one):
    assert singular(many) == one


def test_a_folder_that_is_no_checkout_is_refused_with_the_two_ways(tmp_path):
    told = run("visits", "--into", str(tmp_path))
    assert "no checkout of Sunmao" in told.output
    assert "--package" in told.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["addons/visits", "manifests/visits.toml", "tests/addons/visits"])
def test_nothing_that_exists_is_overwritten(workshop, there):
    (workshop.folder / there).mkdir(parents=True)
    before = sorted(workshop.folder.rglob("*"))
    with pytest.raises(ScaffoldError, match=f"{there} exists already; nothing was written"):
        write(plan(), workshop.folder)
    assert sorted(workshop.folder.rglob("*")) == before


def test_nothing_is_half_written_when_the_disk_gives_up(workshop, monkeypatch):
    before = {*workshop.folder.iterdir(), *(workshop.folder / "addons").iterdir()}
    rename = Path.rename

    def failing(self, target):
        if self.name == "visits.toml":
            raise OSError("no space left")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(ScaffoldError, match="Nothing was written: no space left"):
        write(plan(), workshop.folder)
    assert {*workshop.folder.iterdir(), *(workshop.folder / "addons").iterdir()} == before
    assert not (workshop.folder / "tests/addons/visits").exists()


def test_without_titles_the_words_still_read_in_both_languages(workshop):
    told = run("fieldtrips", "--into", str(workshop.folder))
    assert told.exit_code == 0, told.output
    manifest = (workshop.folder / "manifests/fieldtrips.toml").read_text("utf-8")
    assert 'zh = "Fieldtrips 记录"' in manifest
    assert 'en = "Fieldtrips"' in manifest


@pytest.mark.parametrize("as_package", [False, True], ids=["checkout", "package"])
@pytest.mark.parametrize(
    ("name", "noun", "title"),
    [("ab", "ab", "A"), ("z" * 20, "y" * 20, "T" * 40), ("z" * 30, "y" * 10, "T" * 40)],
    ids=["shortest", "long noun", "long name"],
)
def test_what_is_written_is_formatted_and_clean_whatever_the_length(
    workshop, name, noun, title, as_package
):
    (top, *_) = sorted(
        write(plan(name, noun=noun, title_en=title, as_package=as_package), workshop.folder),
        key=str,
    )
    place = top if as_package else workshop.folder
    told = workshop.run("ruff", "check", "--no-cache", "--output-format=concise", ".", cwd=place)
    assert told.returncode == 0, told.stdout
    told = workshop.run("ruff", "format", "--check", "--no-cache", ".", cwd=place)
    assert told.returncode == 0, told.stdout
    written = [path for path in place.rglob("*") if path.is_file() and "core" not in path.parts]
    assert not [path for path in written if "NAME" in path.name or TOKEN.search(path.read_text())]


@pytest.mark.processes
def test_an_addon_runs_at_once_and_keeps_to_its_types_and_its_tests(workshop):
    write(plan(), workshop.folder)
    told = workshop.run("mypy", "--no-incremental", "-p", "addons.visits")
    assert told.returncode == 0, told.stdout
    for arguments in (["db", "upgrade"], ["addon", "enable", "visits"], ["db", "check"],
                      ["addon", "doctor"]):  # fmt: skip
        told = workshop.sunmao(*arguments)
        assert told.returncode == 0, told.stdout + told.stderr
    told = workshop.run("pytest", "-q", "-n0", "tests/addons/visits")
    assert told.returncode == 0, told.stdout
    assert "30 passed" in told.stdout


@pytest.mark.processes
def test_a_package_is_found_by_its_entry_point_and_keeps_to_its_tests(workshop, tmp_path):
    (top,) = write(plan(as_package=True), workshop.folder)
    site = tmp_path / "site"
    told = workshop.run(
        "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index",
        "--target", str(site), str(top),
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    told = workshop.run(
        "pytest", "-q", "-n0", "-p", "no:cacheprovider",
        cwd=top, PYTHONPATH=f"{site}:{workshop.folder}",
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert "30 passed" in told.stdout


def test_all_that_the_templates_take_from_the_core_is_there():
    wanted = [
        (node.module, one.name)
        for path, text in rendered(plan())
        if path.endswith(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("core.")
        for one in node.names
    ]
    assert len(wanted) > 40
    missing = [one for one in wanted if not hasattr(importlib.import_module(one[0]), one[1])]
    assert not missing
