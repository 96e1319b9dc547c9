"""No add-on writes what `core.testing.code_bans` forbids, and the search sees what it should."""

import ast
import tomllib
from pathlib import Path

from core.testing.code_bans import (
    bans,
    foreign_imports,
    imports,
    layer_faults,
    made_up_reasons,
)
from tests.house.source import ROOT, addon_names, name_of, parsed, python_files

PACKAGES = {name: f"addons.{name}" for name in addon_names()}


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
    assert of("from core.actor import system_actor")
    assert of("from core.audit.models import AuditEntry")
    assert of("with read_only(somebody) as session: pass")
    assert of("with unit_of_work(actor=somebody): pass")
    assert of("with unit_of_work(**chosen): pass")
    assert not of("with unit_of_work(reason='as told'): pass")
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


def test_an_addon_imports_another_only_if_its_manifest_says_so():
    guilty = {}
    for file in python_files("addons"):
        parts = file.relative_to(ROOT).parts
        if len(parts) < 3:
            continue
        manifest = tomllib.loads((ROOT / "manifests" / f"{parts[1]}.toml").read_text("utf-8"))
        found = foreign_imports(
            parts[1], manifest.get("depends", {}), imports(parsed(file)), packages=PACKAGES
        )
        if found:
            guilty[name_of(file)] = found
    assert not guilty


def test_the_search_for_foreign_imports_sees_planted_ones():
    packages = {"customers": "addons.customers", "cost": "addons.cost"}

    def of(depends, *brought):
        return foreign_imports("cost", depends, brought, packages=packages)

    assert of(set(), "addons.customers.models")
    assert of({"customers"}, "addons.customers.views")
    assert not of({"customers"}, "addons.customers.queries", "addons.cost", "addons")
