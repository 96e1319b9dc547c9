"""Keys that an add-on's code names are looked up from its source, with file and line."""

import shutil
from textwrap import dedent

import pytest

from core.testing import conformance_keys as keys
from core.testing.subject import Subject

HEAD = """
    from addons.customers.models import CUSTOMER, Contact, Customer
    from core.access.records import load, require, require_in
    from core.contributions import Event, Verb
    from core.events.services import publish
    from core.hookspecs import reacts_to
    from core.jobs import services as jobs
    from core.notifications.services import Notice, notify
    from core.settings.services import get, set_value
"""
WRONG = {
    'get("customers.code_prefx")': (
        "the setting customers.code_prefx; did you mean customers.code_prefix?"
    ),
    'set_value(session, "customers.code_prefx", 1)': "the setting customers.code_prefx; did you",
    'set_value(session, key="customers.code_prefx", value=1)': "the setting customers.code_prefx",
    'publish(session, Event(type="customers.stage_movd", record_id=1, at=None))': (
        "the event customers.stage_movd; did you mean customers.stage_moved?"
    ),
    'jobs.enqueue(session, "exchange.exprt", {})': "the job exchange.exprt; ",
    'jobs.enqueue(session, kind="nothing", payload={})': "the job nothing; known are ",
    'notify(session, Notice(kind="customers.handed_ovr", key="k", title=str))': (
        "the kind of notification customers.handed_ovr; did you mean customers.handed_over?"
    ),
    'Notice(kind="core.job", key="k", title=str, resource="customers.custmer")': (
        "the resource customers.custmer; did you mean customers.customer?"
    ),
    'require("customers.custmer", "query")': "the resource customers.custmer; did you mean",
    'require(CUSTOMER, "aprove")': "the verb aprove of customers.customer; known are analyse",
    'require_in(session, CUSTOMER, "updat")': (
        "the verb updat of customers.customer; did you mean update?"
    ),
    'load(Customer, 1, "updat")': "the verb updat of customers.customer; did you mean update?",
    "load(Contact, 1, Verb.CORRECT)": "the verb correct of customers.contact; did you mean create?",
    'reacts_to("customers.stage_movd")': "the event customers.stage_movd; did you mean",
}
RIGHT = (
    'get("customers.code_prefix")',
    "get(name)",  # only running would tell
    'get(f"customers.{name}")',
    'given.get("anything")',
    'Event(type="customers.stage_moved", record_id=1, at=None)',
    'Notice(kind="core.job", key="k", title=str)',
    'Notice(kind="customers.handed_over", key="k", title=str, resource=CUSTOMER)',
    "require(CUSTOMER, Verb.ASSIGN)",
    "load(Customer, 1, Verb.CORRECT)",
    'reacts_to("orders.paid")',  # of an add-on that need not be here
)


@pytest.fixture
def subject(site, app, make):
    return Subject("customers", site, make)


@pytest.fixture
def faults(subject, tmp_path):
    """Give a function that plants a call in a copy of the add-on's folder; return what is told."""
    subject.folder = tmp_path / "customers"
    shutil.copytree(
        subject.registry.catalogue.found["customers"].folder,
        subject.folder,
        ignore=shutil.ignore_patterns("__pycache__"),
    )

    def plant(call):
        body = f"\n\ndef planted(session, name, given):\n    return {call}\n"
        (subject.folder / "planted.py").write_text(dedent(HEAD) + body)
        return keys.key_faults(subject)

    return plant


@pytest.mark.parametrize("call", WRONG)
def test_a_key_that_nobody_declares_is_found(faults, call):
    (said,) = faults(call)
    assert said.startswith("customers/planted.py, line 13: nobody declares ")
    assert WRONG[call] in said


@pytest.mark.parametrize("call", RIGHT)
def test_a_key_that_is_declared_or_cannot_be_read_is_let_be(faults, call):
    assert faults(call) == []


def test_a_key_of_an_addon_that_is_not_needed_is_not_at_hand(subject, faults):
    assert "rights" in subject.registry.loaded
    (said,) = faults('get("rights.unused_days")')
    assert "nobody declares the setting rights.unused_days" in said
