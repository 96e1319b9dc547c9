import re
import runpy
import tomllib

from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
freshness = runpy.run_path(str(ROOT / ".ci" / "lock_freshness.py"))


def declared_names() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        lines += extra
    names = {re.split(r"[\[<>=! ]", line, maxsplit=1)[0].lower() for line in lines}
    return names - {"sunmao"}


def test_every_dependency_says_why_it_is_there():
    explained = {
        name.strip().lower()
        for row in re.findall(r"^\|(.+)\|$", PAGE, re.MULTILINE)
        for cell in row.split("|")[:2]
        for name in cell.split(",")
    }
    assert declared_names() <= explained


def test_the_lock_answers_the_project_file():
    assert freshness["faults"]((ROOT / "requirements.lock").read_text(encoding="utf-8")) == []


def test_a_lock_with_a_fault_is_refused():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "flask is not pinned" in freshness["faults"](lock.replace("flask==", "flusk=="))
    assert "the lock names a host or an index" in freshness["faults"]("-i x\n" + lock)
    assert any(
        "flask is pinned at 1.0" in one
        for one in freshness["faults"](re.sub(r"(?m)^flask==\S+", "flask==1.0", lock))
    )
    assert "a pin has no hash" in freshness["faults"](
        lock + "".join(f"x{n}==1\n" for n in range(5000))
    )
