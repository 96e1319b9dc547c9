"""Places of slots are known where their pages are, and never guessed where they are not."""

import importlib
import sys
from textwrap import dedent

import pytest

import addons.customers.pages  # noqa: F401 - a page is known once it is loaded
from core.addons.faults import AddonFaultError
from core.addons.loading import Loaded
from core.addons.manifest import Manifest
from core.addons.source_checks import check_source
from core.contributions import Resource, Slot
from tests.core.addons.building import Workshop

NEEDED = "addons.customers"


def manifest(name, package):
    titles = {"zh": "测试", "en": "Test"}
    return Manifest(
        name=name, package=package, version="1", core="*", license="MIT", author="Test",
        title=titles, summary=titles,
    )  # fmt: skip


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Give a function that checks an add-on `visits` with one slot and some source."""
    workshop = Workshop(tmp_path)
    monkeypatch.syspath_prepend(workshop.code)

    def run(place, source="", resources=(), *, loads=True):
        workshop.package("visits", {"views.py": dedent(source)})
        for name in ("zoo_visits", "zoo_visits.views"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        if loads:
            importlib.import_module("zoo_visits.views")
        slot = Slot(place=place, key="one", title="One", render=str)
        loaded = Loaded("visits", None, {"slots": (slot,)})
        both = [manifest("customers", NEEDED), manifest("visits", "zoo_visits")]
        check_source(both, loaded, {one.key: one for one in resources})

    return run


@pytest.mark.parametrize(
    "place", ["customers.customer.tab", "customer.customer.tabs", "visits.visit.tabs"]
)
def test_a_place_that_no_page_has_is_refused_be_it_of_another(check, place):
    with pytest.raises(AddonFaultError, match=f"one is for {place}, a place that no page has"):
        check(place)


@pytest.mark.parametrize("place", ["customers.customer.tabs", "workspace.main", "orders.order.x"])
def test_a_place_that_is_there_or_cannot_be_known_is_let_in(check, place):
    check(place)


@pytest.mark.parametrize(
    "source",
    [
        """
        from core.web import records
        PLACE = "visits.visit.tabs"
        def show():
            return records.RecordPage(resource="x", tabs=PLACE)
        """,
        """
        from core.web.slots import allowed_slots
        def show():
            return allowed_slots("visits.visit.tabs")
        """,
        """
        from core.web.slots import allowed_slots
        def show(noun):
            return allowed_slots(f"visits.{noun}.tabs")
        """,
    ],
)
def test_a_page_of_its_own_may_have_the_place_or_make_it_up_as_it_is_shown(check, source):
    check("visits.visit.tabs", source)


def test_a_page_that_is_loaded_only_when_it_is_shown_may_have_any_place(check):
    check("visits.visit.tabs", "def show(): return RecordPage(tabs=PLACE)", loads=False)


def test_what_only_running_would_tell_is_not_judged(check):
    source = """
        from core.web.records import Action
        from flask import current_app
        def show(verb):
            return [Action("x", "y", needs=(current_app.name, "x")), Action("x", "y", needs=verb)]
    """
    check("workspace.main", source)


def test_a_button_under_no_verb_is_named_with_its_line(check):
    source = """
        from core.contributions import Verb
        from core.web.records import Action
        def show():
            return Action("x", "y", needs=("visits.visit", Verb.DELETE))
    """
    visit = Resource(key="visits.visit", title="Visits")
    with pytest.raises(AddonFaultError, match="visit delete is needed") as caught:
        check("workspace.main", source, [visit])
    assert caught.value.words.values["file"] == "zoo_visits/views.py, line 5"
