"""What an add-on may not even write: ways round the wall, the clock and the layers."""

import ast
import tomllib
from pathlib import Path

from core.access.frames import TRUSTED
from tests.house.source import ROOT, name_of, parsed, python_files

BANNED_CALLS = {
    "text": "raw SQL is not filtered",
    "from_select": "the inner select of INSERT … FROM SELECT is not filtered; use bulk_write",
    "connection": "a bare connection is not filtered",
    "connect": "a bare connection is not filtered",
    "raw_connection": "a bare connection is not filtered",
    "get_bind": "an engine is not filtered",
    "begin": "only unit_of_work() begins",
    "trusted": "the wall is open for the core's own repairs alone",
    "exec_driver_sql": "raw SQL is not filtered",
    "create_engine": "a second engine has no guard",
    "sessionmaker": "a second session has no guard",
    "commit": "only unit_of_work() commits",
    "rollback": "only unit_of_work() rolls back",
    "eval": "no code from data",
    "exec": "no code from data",
}
BANNED_ATTRIBUTES = {
    "__table__": "a bare table is not filtered",
    "engine": "an engine is not filtered",
    "engines": "an engine is not filtered",
}
BANNED_IMPORTS = {
    "core.access.frames": "the wall's own parts are not for add-ons",
    "core.access.verifier": "the wall's own parts are not for add-ons",
    "core.database.db": "ask the session of the unit of work",
    "sqlalchemy.text": "raw SQL is not filtered",
    "sqlalchemy.create_engine": "a second engine has no guard",
    "sqlalchemy.orm.Session": "a second session has no guard",
}
BANNED_CLOCKS = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}


def bans(module: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            last = name.rpartition(".")[2]
            if last in BANNED_CALLS:
                found.append(f"line {node.lineno}: {last}(): {BANNED_CALLS[last]}")
            if any(name.endswith(clock) for clock in BANNED_CLOCKS):
                found.append(f"line {node.lineno}: {name}(): ask core.clock")
        elif isinstance(node, ast.Attribute) and node.attr in BANNED_ATTRIBUTES:
            found.append(f"line {node.lineno}: {node.attr}: {BANNED_ATTRIBUTES[node.attr]}")
        elif isinstance(node, ast.Constant) and node.value == TRUSTED:
            found.append(f"line {node.lineno}: {TRUSTED}: {BANNED_CALLS['trusted']}")
    found += [f"{name}: {BANNED_IMPORTS[name]}" for name in imports(module) & set(BANNED_IMPORTS)]
    return found


def made_up_reasons(module: ast.Module) -> list[str]:
    """Return where an elevation does not say its reason in so many words."""
    return [
        f"line {node.lineno}: the reason of elevated() is written down, never put together"
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "elevated"
        and not (
            len(node.args) == 1
            and not node.keywords
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
            and node.args[0].value.strip()
        )
    ]


REASON_NAMES_ITS_HOOK = {"core/addons/lifecycle.py"}  # hook and add-on come from the registry


def test_the_reason_of_an_elevation_is_literal_text():
    guilty = {
        name_of(file): found
        for file in python_files("addons", "core")
        if name_of(file) not in REASON_NAMES_ITS_HOOK and (found := made_up_reasons(parsed(file)))
    }
    assert not guilty


def is_checked(file: Path) -> bool:
    return "migrations" not in file.parts


def test_no_addon_writes_round_the_wall_or_the_clock():
    guilty = {
        name_of(file): found
        for file in python_files("addons")
        if is_checked(file) and (found := bans(parsed(file)))
    }
    assert not guilty


def test_the_core_asks_its_own_clock():
    allowed = {"core/clock.py"}
    guilty = {
        name_of(file): found
        for file in python_files("core")
        if name_of(file) not in allowed
        and (found := [ban for ban in bans(parsed(file)) if "core.clock" in ban])
    }
    assert not guilty


def imports(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


WEB = ("flask", "wtforms", "flask_wtf", "flask_login", "werkzeug")
VIEWS_MAY_NOT = {"sqlalchemy.select", "core.unit_of_work.current_session", "core.database.db"}


def layer_faults(name: str, module: ast.Module) -> list[str]:
    brought = imports(module)
    if name in {"services.py", "queries.py", "models.py"}:
        return sorted(one for one in brought if one.partition(".")[0] in WEB)
    if name == "views.py":
        calls = {ast.unparse(node.func) for node in ast.walk(module) if isinstance(node, ast.Call)}
        sessions = {call for call in calls if call.startswith("session.")}
        return sorted(brought & VIEWS_MAY_NOT | sessions)
    return []


def test_services_and_queries_know_no_web_and_views_hold_no_statement():
    guilty = {
        name_of(file): found
        for file in python_files("addons")
        if (found := layer_faults(file.name, parsed(file)))
    }
    assert not guilty


def test_the_search_sees_planted_faults():
    def of(source: str) -> list[str]:
        return bans(ast.parse(source))

    assert of("session.execute(text('select 1'))")
    assert of("select(Customer.__table__)")
    assert of("insert(A).from_select(['x'], q)")
    assert of("session.connection().execute(q)")
    assert of("datetime.datetime.now()")
    assert of("db.engine.connect()")
    assert of("session.get_bind()")
    assert of("connection.info['sunmao_trusted'] = 1")
    assert of("from core.access.frames import trusted")
    assert of("with frames.trusted(c, 'why'): pass")
    assert made_up_reasons(ast.parse("with elevated(f'for {name}'): pass"))
    assert made_up_reasons(ast.parse("elevated(request.form['why'])"))
    assert made_up_reasons(ast.parse("elevation.elevated(reason='spelled otherwise')"))
    assert made_up_reasons(ast.parse("elevated(' ')"))
    assert not made_up_reasons(ast.parse("with elevated('is it in use anywhere') as s: pass"))
    assert not of("session.execute(select(Customer.name))")
    assert layer_faults("services.py", ast.parse("from flask import g"))
    assert layer_faults("views.py", ast.parse("from sqlalchemy import select"))
    assert layer_faults("views.py", ast.parse("session.scalars(q)"))
    assert not layer_faults("views.py", ast.parse("from addons.customers import queries"))


def test_the_core_imports_no_addon():
    guilty = [
        name_of(file)
        for file in python_files("core")
        if any(name.partition(".")[0] == "addons" for name in imports(parsed(file)))
    ]
    assert not guilty
    assert (ROOT / "core" / "app.py").exists()


OPEN_TO_OTHERS = {"services", "queries", "models"}


def foreign_imports(own: str, depends: set[str], brought: set[str]) -> list[str]:
    """Return the imports of other add-ons that the manifest does not allow."""
    found = []
    for name in brought:
        parts = name.split(".")
        if parts[0] != "addons" or len(parts) == 1 or parts[1] == own:
            continue
        if parts[1] not in depends or (len(parts) > 2 and parts[2] not in OPEN_TO_OTHERS):
            found.append(name)
    return sorted(found)


def test_an_addon_imports_another_only_if_its_manifest_says_so():
    guilty = {}
    for file in python_files("addons"):
        parts = file.relative_to(ROOT).parts
        if len(parts) < 3:
            continue
        manifest = tomllib.loads((ROOT / "manifests" / f"{parts[1]}.toml").read_text("utf-8"))
        found = foreign_imports(parts[1], set(manifest.get("depends", {})), imports(parsed(file)))
        if found:
            guilty[name_of(file)] = found
    assert not guilty


def test_the_search_for_foreign_imports_sees_planted_ones():
    assert foreign_imports("cost", set(), {"addons.customers.models"})
    assert foreign_imports("cost", {"customers"}, {"addons.customers.views"})
    assert not foreign_imports("cost", {"customers"}, {"addons.customers.queries", "addons.cost"})
