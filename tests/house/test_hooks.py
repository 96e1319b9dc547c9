"""docs/hooks.md, core/hookspecs.py and the tests keep each other honest."""

import ast
import re

import pytest

from tests.house.source import ROOT, parsed, python_files

SPECS = ROOT / "core" / "hookspecs.py"
PAGE = ROOT / "docs" / "hooks.md"


def signatures() -> dict[str, str]:
    """Return "name(arguments) -> type" of every hook, by name, as the source writes it."""
    found = {}
    for node in parsed(SPECS).body:
        if isinstance(node, ast.FunctionDef) and any(
            ast.unparse(one).startswith("hookspec") for one in node.decorator_list
        ):
            returns = ast.unparse(node.returns) if node.returns else "None"
            found[node.name] = f"{node.name}({ast.unparse(node.args)}) -> {returns}"
    return found


def headings(text: str) -> set[str]:
    return set(re.findall(r"^### (.+)$", text, re.MULTILINE))


def test_every_hook_is_documented_with_its_exact_signature():
    assert headings(PAGE.read_text(encoding="utf-8")) == set(signatures().values())


@pytest.mark.parametrize("name", sorted(signatures()))
def test_every_hook_has_a_test_that_calls_it_by_name(name):
    called = re.compile(rf"\b{name}\b")
    users = [
        file
        for file in python_files("tests")
        if "house" not in file.parts and called.search(file.read_text(encoding="utf-8"))
    ]
    assert users, f"no test outside tests/house mentions {name}"


@pytest.mark.parametrize("name", sorted(signatures()))
def test_every_hook_has_a_shipped_user(name):
    users = [
        file
        for file in python_files("core", "addons")
        if file.name == "plugin.py"
        and any(
            isinstance(node, ast.FunctionDef) and node.name == name for node in parsed(file).body
        )
    ]
    assert users, f"no plugin.py implements {name}"


def test_the_comparison_sees_a_changed_argument():
    assert headings("### on_event(event: Event) -> None\ntext") == {
        "on_event(event: Event) -> None"
    }
    assert headings("### on_event(what: Event) -> None") != {signatures()["on_event"]}
