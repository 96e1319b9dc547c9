"""Every check of the conformance suite finds the fault that it is there for."""

import shutil
from dataclasses import replace

import pytest
from flask import render_template_string
from sqlalchemy import literal, select

from addons.customers.models import Customer
from core.access.policy import recompile
from core.accounts.models import User
from core.actor import system_actor
from core.addons import lifecycle, schema
from core.addons.registry import registry
from core.contributions import Measure, Resource
from core.organisation.models import Employee
from core.testing import conformance_life as life
from core.testing import conformance_pages as pages
from core.testing import conformance_words as said
from core.testing.making import MAKING
from core.testing.subject import Subject
from core.unit_of_work import current_session, unit_of_work

pytestmark = pytest.mark.whole

CARELESS = system_actor("a careless add-on")


@pytest.fixture
def subject(site, app, make):
    return Subject("customers", site, make)


@pytest.fixture
def inhabited(subject):
    subject.settle_strangers()
    return subject


@pytest.fixture
def plant(subject, monkeypatch):
    """Give a function that replaces what the add-on contributes of a kind, or a view of it."""

    def contribute(kind, *items):
        monkeypatch.setitem(registry().plugged["customers"][0].contributions, kind, items)

    def view(endpoint, function):
        monkeypatch.setitem(subject.app.view_functions, endpoint, function)

    contribute.view = view
    return contribute


@pytest.fixture
def elsewhere(subject, tmp_path):
    """Give a copy of the add-on's folder in which a test may plant something."""
    folder = tmp_path / "customers"
    shutil.copytree(subject.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    subject.folder = folder
    return folder


@pytest.fixture
def plans(subject, monkeypatch):
    """Give the add-on in a site that has another one, on which it does not depend."""
    found = registry().catalogue.found["customers"]
    other = found.manifest.model_copy(update={"name": "plans", "package": "addons.plans"})
    monkeypatch.setitem(registry().catalogue.found, "plans", replace(found, manifest=other))
    monkeypatch.setitem(registry().plugged, "plans", [])
    return subject


def test_an_addon_that_is_not_there_is_named_with_those_that_are(site, app, make):
    with pytest.raises(AssertionError, match=r"no add-on 'custmers' here; loaded are: .*customers"):
        Subject("custmers", site, make)


def test_a_title_without_chinese_is_found(subject, monkeypatch):
    found = registry().catalogue.found["customers"]
    title = found.manifest.title.model_copy(update={"zh": "Customers"})
    bare = replace(found, manifest=found.manifest.model_copy(update={"title": title}))
    monkeypatch.setitem(registry().catalogue.found, "customers", bare)
    assert said.manifest_faults(subject) == ["[title] zh = 'Customers' holds no Chinese"]


def test_a_key_without_the_prefix_is_found(subject, plant):
    plant("resources", Resource(key="other.thing", title="x"))
    assert said.name_faults(subject) == ["resources: other.thing lacks customers."]


def test_a_measure_of_nobodys_name_is_found(subject, plant):
    keys = ("sales.opportunity.new", "calls.made")
    plant("measures", *(Measure(key=k, title="x", resource="x", facts=print) for k in keys))
    assert said.name_faults(subject) == ["measures: calls.made lacks customers."]


def test_a_table_without_the_prefix_is_found(subject, plant):
    plant("models", Employee)
    assert "table core_employee of Employee lacks customers_" in said.name_faults(subject)


def test_a_model_that_says_nothing_is_found(subject, plant):
    plant("models", type("Silent", (), {"__tablename__": "customers_silent"}))
    assert said.model_faults(subject) == ["Silent: inherit Scoped or Child, or say __access__"]


def test_a_model_under_an_unknown_right_is_found(subject, monkeypatch):
    monkeypatch.setattr(Customer, "__resource__", "customers.nothing")
    assert "Customer: the resource customers.nothing is not declared" in said.model_faults(subject)


def test_a_text_without_chinese_is_found(subject, elsewhere):
    (elsewhere / "planted.py").write_text('TITLE = _("Never said in Chinese")\n')
    told = [one for one in said.translation_faults(subject) if "Never said in Chinese" in one]
    assert len(told) == 1
    assert "planted.py, line 1); run sunmao i18n update" in told[0]


def test_a_title_that_is_not_wrapped_is_found(subject, plant):
    plant("resources", Resource(key="customers.customer", title="Bare words"))
    assert any("Bare words" in fault for fault in said.translation_faults(subject))


def test_a_translation_that_asks_for_another_value_is_found(subject, elsewhere):
    path = elsewhere / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"
    text = path.read_text("utf-8")
    path.write_text(text.replace('"编辑：%(name)s"', '"编辑：%(kode)s"'), "utf-8")
    assert any("asks for kode" in fault for fault in said.translation_faults(subject))


def test_a_hook_without_a_docstring_is_found(subject, monkeypatch):
    from addons.customers import plugin

    monkeypatch.setattr(plugin.register_menus, "__doc__", None)
    assert said.hook_faults(subject) == ["plugin.py: register_menus has no docstring"]


def test_a_hook_of_its_own_that_no_page_documents_is_found(subject, elsewhere):
    (elsewhere / "hookspecs.py").write_text(
        "@hookspec\ndef choose(order: int) -> str:\n    '''Choose.'''\n"
    )
    assert "### choose(order: int) -> str" in said.hook_faults(subject)[0]
    (elsewhere / "hooks.md").write_text("### choose(order: int) -> str\n")
    assert not said.hook_faults(subject)


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        ("services.py", "from flask import g", "services.py: may not use flask"),
        ("planted.py", "session.execute(text('x'))", "planted.py, line 1: text()"),
        ("views.py", "from sqlalchemy import select", "views.py: may not use sqlalchemy.select"),
        ("planted.py", "from addons.plans import models", "[depends]"),
    ],
)
def test_code_that_goes_round_is_found(elsewhere, plans, file, line, words):
    (elsewhere / file).write_text(line + "\n")
    assert any(words in fault for fault in said.code_faults(plans))


def test_a_view_that_guards_nothing_is_found(subject, plant):
    plant.view("customers.index", subject.app.view_functions["customers.index"].__wrapped__)
    plant.view("customers.alike", lambda: ("no", 403))
    declared = subject.app.view_functions
    for endpoint in ("customers.index", "customers.alike"):
        declared[endpoint] = _declares_query(declared[endpoint])
    faults = pages.route_faults(subject)
    assert any("/customers/ for nobody" in fault for fault in faults)
    assert "GET /customers/duplicates for staff: 403 although allowed" in faults
    assert any(
        fault.startswith("GET /customers/: 200") for fault in pages.rightless_faults(subject)
    )


def _declares_query(view):
    """A wrapper that says what it needs and does not ask for it, as a mistaken decorator would."""
    from core.access.decorators import DECLARATION

    def careless(**arguments):
        return view(**arguments)

    setattr(careless, DECLARATION, ("needs", "customers.customer", "query"))
    return careless


def test_a_page_for_a_record_that_does_not_exist_is_found(subject, plant):
    plant.view("customers.show", _declares_query(lambda record_id: "anything"))
    faults = pages.route_faults(subject)
    assert any("200 for a record that does not exist" in fault for fault in faults)


def test_a_record_page_open_to_strangers_is_found(inhabited, plant):
    plant.view("customers.show", lambda record_id: "open to all")
    faults = pages.foreign_record_faults(inhabited)
    assert any("200 for a stranger instead of 404" in fault for fault in faults)


def test_rows_of_others_in_a_table_are_found(inhabited):
    with unit_of_work(MAKING) as session:
        session.get_one(User, inhabited.strangers[0].id).is_administrator = True
        recompile(session, [inhabited.strangers[0].id])
    assert "Customer, query: ann gets rows of others" in pages.table_leaks(inhabited)


def test_a_trace_on_a_page_is_found(inhabited, plant):
    def leaking(**_arguments):
        with unit_of_work(CARELESS) as session:
            return "\n".join(session.scalars(select(Customer.name)))

    plant.view("customers.index", leaking)
    assert any("shows ann canary-crow" in fault for fault in pages.page_leaks(inhabited))


def test_inline_code_and_a_broken_page_are_found(inhabited, plant):
    plant.view("customers.index", lambda: '<!doctype html><p style="color:red">')
    plant.view("customers.alike", lambda: render_template_string("{{ 1 / 0 }}"))
    inhabited.app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        faults = pages.markup_faults(inhabited)
    finally:
        inhabited.app.config["PROPAGATE_EXCEPTIONS"] = None
    assert "/customers/ in en: style attribute" in faults
    assert "/customers/duplicates in zh_Hans_CN: 500" in faults


@pytest.mark.parametrize("fault", ["many", "growing"])
def test_a_costly_list_is_found(inhabited, plant, fault):
    def costly():
        keys = list(current_session().scalars(select(Customer.id)))
        for key in keys[:4] if fault == "growing" else range(10):
            current_session().scalar(select(literal(key)))
        return "costly"

    plant.view("customers.index", _declares_query(costly))
    words = "are allowed" if fault == "many" else "with more rows"
    assert any(words in one and "/customers/:" in one for one in pages.statement_faults(inhabited))


def test_a_measure_without_a_column_is_found(inhabited, plant):
    facts = Measure(
        key="x", title="x", resource="customers.customer", facts=lambda _p: select(Customer.id)
    )
    plant("measures", facts)
    assert "its columns are id" in pages.measure_faults(inhabited)[0]


@pytest.fixture
def migrations(subject, tmp_path, monkeypatch):
    """Give a function that changes the text of the add-on's migration, in a copy."""
    versions = tmp_path / "versions"
    shutil.copytree(subject.folder / "migrations" / "versions", versions)

    def change(old, new):
        (file,) = versions.glob("0001*.py")
        assert old in file.read_text("utf-8")
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
        monkeypatch.setattr(life, "_history", lambda _subject, name: schema.History(name, versions))
        monkeypatch.setattr(
            lifecycle, "history_for", lambda _registry, name: schema.History(name, versions)
        )

    return change


def test_a_migration_without_an_index_is_found(subject, migrations):
    migrations('    ("customers_industry", ("path",)),\n', "")
    assert any("second way up" in fault for fault in life.migration_faults(subject))


def test_a_way_down_that_leaves_a_table_is_found(subject, migrations, monkeypatch):
    migrations('    "customers_counter",\n', "")
    monkeypatch.setattr(schema, "upgrade", lambda *_a, **_k: None)
    assert "the way down leaves customers_counter" in life.migration_faults(subject)


def test_a_purge_that_leaves_a_table_is_found(subject, monkeypatch):
    monkeypatch.setattr(lifecycle.tables, "drop", lambda *_a, **_k: None)
    assert any("the purge leaves" in fault for fault in life.purge_faults(subject))


def test_an_addon_that_loses_rows_on_the_way_is_found(inhabited, monkeypatch):
    enable = lifecycle.enable

    def losing(name):
        enable(name)
        inhabited.site.database.execute("DELETE FROM customers_network")

    monkeypatch.setattr(lifecycle, "enable", losing)
    assert life.switch_faults(inhabited) == ["customers_network is not what it was before"]


def test_a_page_that_answers_while_the_addon_is_off_is_found(inhabited, monkeypatch):
    monkeypatch.setattr(lifecycle, "disable", lambda _name: None)
    monkeypatch.setattr(lifecycle, "enable", lambda _name: None)
    assert any("while the add-on is off" in fault for fault in life.switch_faults(inhabited))
