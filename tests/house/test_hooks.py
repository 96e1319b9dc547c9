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
        if file.name == "plugin.py" and name in implemented(parsed(file))
    ]
    assert users, f"no plugin.py implements {name}"


def implemented(plugin: ast.Module) -> set[str]:
    """Return the hooks of a plugin: functions, and names that are given what `gives` returns."""
    found = {node.name for node in plugin.body if isinstance(node, ast.FunctionDef)}
    for node in plugin.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("gives("):
            found |= {ast.unparse(one) for one in node.targets}
    return found


def test_the_search_for_users_sees_functions_and_what_is_given():
    plugin = "def on_event(event): ...\nregister_jobs = gives(TIDY)\nregister_menus = MENUS"
    assert implemented(ast.parse(plugin)) == {"on_event", "register_jobs"}


def test_the_comparison_sees_a_changed_argument():
    assert headings("### on_event(event: Event) -> None\ntext") == {
        "on_event(event: Event) -> None"
    }
    assert headings("### on_event(what: Event) -> None") != {signatures()["on_event"]}
