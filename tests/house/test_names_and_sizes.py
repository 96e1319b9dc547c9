import ast
from statistics import median

from tests.house.source import name_of, parsed, python_files

LONGEST = 300
MEDIAN = 120
BANNED = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "data", "info"}


def code_lines(text: str) -> int:
    return len(text.splitlines())


def banned_parts(name: str) -> set[str]:
    return BANNED.intersection(name.removesuffix(".py").split("/"))


def test_no_file_is_longer_than_three_hundred_lines():
    too_long = {
        name_of(file): size
        for file in python_files()
        if "versions" not in file.parts  # a migration is one schema, written by a program
        and (size := code_lines(file.read_text(encoding="utf-8"))) > LONGEST
    }
    assert not too_long


def test_the_median_file_stays_small():
    sizes = [
        code_lines(file.read_text(encoding="utf-8")) for file in python_files("core", "addons")
    ]
    assert median(sizes) <= MEDIAN


def test_no_module_has_a_name_that_says_nothing():
    guilty = [
        name_of(file) for file in python_files("core", "addons") if banned_parts(name_of(file))
    ]
    assert not guilty


def test_the_ban_on_names_sees_a_planted_one():
    assert banned_parts("core/web/utils.py")
    assert banned_parts("addons/misc/plugin.py")
    assert not banned_parts("core/web/lists.py")


def logic_in_init(module: ast.Module) -> list[str]:
    """Return the lines of an __init__ that are more than a docstring, imports and names."""
    allowed = (ast.Import, ast.ImportFrom)
    found = []
    for node in module.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_export = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        is_configure = isinstance(node, ast.FunctionDef) and node.name.startswith("configure_")
        if not (isinstance(node, allowed) or is_docstring or is_export or is_configure):
            found.append(f"line {node.lineno}")
    return found


def test_an_init_file_holds_no_logic():
    guilty = {
        name_of(file): found
        for file in python_files("core", "addons")
        if file.name == "__init__.py" and (found := logic_in_init(parsed(file)))
    }
    assert not guilty


def test_the_law_of_init_files_sees_a_planted_function():
    assert logic_in_init(ast.parse('"""Doc."""\nimport os\n\ndef work():\n    os.listdir()\n'))


def test_every_module_says_what_a_reader_finds():
    guilty = [
        name_of(file)
        for file in python_files("core", "addons")
        if "migrations" not in file.parts and not ast.get_docstring(parsed(file))
    ]
    assert not guilty
