"""What the add-on says about itself to the core."""

import pytest
from sqlalchemy import func, select

from addons.customers import plugin, queries, seed
from addons.customers.codes import next_codes
from addons.customers.models import Customer
from core.actor import acting_as
from core.addons import lifecycle
from core.addons.registry import registry
from core.errors import ProgrammingFault
from core.settings.services import set_value
from core.testing.conformance_life import checksums
from core.testing.subject import Subject
from core.unit_of_work import unit_of_work
from tests.factories.customers import MAKING

pytestmark = pytest.mark.usefixtures("app")


def test_everything_that_it_contributes_is_known_to_the_core():
    known = registry()
    assert "customers" in known.loaded
    assert {resource.key for resource in plugin.register_resources()} <= set(known.resources)
    assert known.dimensions["customer"].column == "scope_customer_id"
    assert {measure.key for measure in known.measures()} >= {
        "sales.prospect.new",
        "sales.opportunity.new",
        "sales.relationship.confirmed",
        "sales.migration.signed",
    }
    tabs = [slot.key for slot in known.slots("customers.customer.tabs")]
    assert tabs[:2] == ["contacts", "opportunities"]


def test_it_brings_the_customer_dimension_with_its_rules():
    (dimension,) = plugin.register_dimensions()
    assert [rule.key for rule in dimension.rules] == ["grade", "region", "industry"]


def test_it_brings_two_imports_and_four_measures():
    assert [one.key for one in plugin.register_exchanges()] == [
        "customers.customer",
        "customers.operator",
    ]
    assert len(plugin.register_measures()) == 4


def test_the_demo_is_seeded_by_the_hook_once(house):
    for _ in range(2):
        with unit_of_work(MAKING) as session:
            plugin.seed_demo(session)
    with unit_of_work(MAKING) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 60


def test_the_dimension_names_only_what_may_be_seen(house, make):
    mine = make.customers.customer("Mine", manager=house.ann.employee)
    theirs = make.customers.customer("Theirs", manager=house.bob.employee)
    (dimension,) = plugin.register_dimensions()
    with unit_of_work(house.ann.actor):
        assert dimension.labels_of([mine, theirs]) == {mine: "KH-0001 Mine"}


def test_codes_follow_the_prefix_and_are_never_given_twice(house):
    with unit_of_work(MAKING) as session:
        assert next_codes(2) == ["KH-0001", "KH-0002"]
        set_value(session, "customers.code_prefix", "VIP")
    with unit_of_work(MAKING):
        assert next_codes(1) == ["VIP0003"]


def test_enabling_again_keeps_the_counter():
    with unit_of_work(MAKING):
        next_codes(5)
        seed.prepare()
        assert next_codes(1) == ["KH-0006"]


def test_open_business_speaks_against_removal(house, make):
    with unit_of_work(MAKING) as session:
        assert list(plugin.why_keep(session)) == []
    key = make.customers.customer("A", manager=house.ann.employee)
    make.customers.opportunity(key)
    with unit_of_work(MAKING) as session:
        assert len(list(plugin.why_keep(session))) == 2


def test_an_unknown_setting_is_a_fault():
    with pytest.raises(ProgrammingFault), unit_of_work(MAKING) as session:
        set_value(session, "customers.nonsense", 1)


def test_twenty_times_off_and_on_changes_no_row_of_any_table(site, house, make):
    account = make.customers.customer("A", manager=house.ann.employee, stage="signed")
    make.customers.contact(account, "Ms Contact", is_main=True)
    make.customers.opportunity(account, "Line", value=1000)
    subject = Subject("customers", site, make)
    before = checksums(subject, "customers")
    assert {"customers_customer", "customers_contact", "customers_stage_move"} <= before.keys()
    site.touch()
    with acting_as(MAKING):
        for _round in range(20):
            lifecycle.disable("customers")
            assert not registry().is_on("customers")
            lifecycle.enable("customers")
            assert registry().is_on("customers")
    assert checksums(subject, "customers") == before
    with unit_of_work(house.ann.actor):
        assert queries.customer(account).stage == "signed"
