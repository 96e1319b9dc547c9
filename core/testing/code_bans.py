"""What an add-on may not even write: ways round the wall, the clock and the layers."""

import ast
from collections.abc import Collection, Iterable, Mapping

from core.access.frames import TRUSTED

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
    "core.actor.system_actor": "whoever acts as the system says so with elevated()",
    "core.audit.models": "the trail has no rights of its own; ask history()",
    "core.database.db": "ask the session of the unit of work",
    "sqlalchemy.text": "raw SQL is not filtered",
    "sqlalchemy.create_engine": "a second engine has no guard",
    "sqlalchemy.orm.Session": "a second session has no guard",
}
BANNED_CLOCKS = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}


UNITS = {"unit_of_work", "read_only", "in_unit_of_work"}


def chosen_actors(module: ast.Module) -> list[str]:
    """Return where a unit of work is opened for somebody else than who acts already."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in UNITS:
            first = 1 if ast.unparse(node.func).endswith("in_unit_of_work") else 0
            named = any(keyword.arg in {"actor", None} for keyword in node.keywords)
            if len(node.args) > first or named:
                found.append(f"line {node.lineno}: a unit of work is the present actor's own")
    return found


def bans(module: ast.Module) -> list[str]:
    """Return the calls and imports that go round the wall or the clock, with their lines."""
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
    found += chosen_actors(module)
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


def imports(module: ast.Module) -> set[str]:
    """Return every name that a module imports, dotted."""
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
    """Return what a file of this name may not use: the web in services, statements in views."""
    brought = imports(module)
    if name in {"services.py", "queries.py", "models.py"}:
        return sorted(one for one in brought if one.partition(".")[0] in WEB)
    if name == "views.py":
        calls = {ast.unparse(node.func) for node in ast.walk(module) if isinstance(node, ast.Call)}
        sessions = {call for call in calls if call.startswith("session.")}
        return sorted(brought & VIEWS_MAY_NOT | sessions)
    return []


OPEN_TO_OTHERS = {"services", "queries", "models"}


def foreign_imports(
    own: str, depends: Collection[str], brought: Iterable[str], *, packages: Mapping[str, str]
) -> list[str]:
    """Return the imports of other add-ons that the manifest does not allow.

    `packages` maps each add-on to its import path.
    """
    found = []
    for name in brought:
        for other, package in packages.items():
            if other == own or not f"{name}.".startswith(f"{package}."):
                continue
            part = name.removeprefix(package).strip(".").partition(".")[0]
            if other not in depends or (part and part not in OPEN_TO_OTHERS):
                found.append(name)
    return sorted(found)
