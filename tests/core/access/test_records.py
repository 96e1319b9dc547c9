"""A verb that nobody declares is told to the programmer; it is no right that somebody lacks."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from addons.customers.models import Customer
from core.access.records import load, load_among, may_on, require, require_on
from core.addons.registry import registry
from core.errors import NotAllowed, ProgrammingFault
from core.unit_of_work import unit_of_work

CUSTOMER = "customers.customer"
VERBS = "customers.customer declares no verb 'aprove'; its verbs are: query, create, update, delete"
DEMANDS = {
    "of nothing yet": lambda _one: require(CUSTOMER, "aprove"),
    "of one by its id": lambda one: load(Customer, one.id, "aprove"),
    "of many": lambda _one: load_among(select(Customer), "aprove"),
    "of one at hand": lambda one: require_on(one, "aprove"),
}


@pytest.mark.parametrize("demand", DEMANDS.values(), ids=DEMANDS)
@pytest.mark.parametrize("who", ["as_ann", "as_boss"])
def test_an_undeclared_verb_is_a_fault_of_the_code_whoever_acts(people, demand, who):
    with unit_of_work(getattr(people, who)) as session:
        record = session.get(Customer, people.hers)
        with pytest.raises(ProgrammingFault, match=VERBS):
            demand(record)


def test_an_undeclared_resource_is_named_with_the_nearest(people):
    with unit_of_work(people.as_ann):
        with pytest.raises(ProgrammingFault, match=r"did you mean 'customers\.customer'"):
            require("customers.custmer", "query")
        with pytest.raises(ProgrammingFault, match=r"declares the resource 'x'$"):
            require("x", "query")


def test_a_declared_verb_that_somebody_lacks_is_a_refusal(people):
    with unit_of_work(people.as_ann), pytest.raises(NotAllowed):
        require(CUSTOMER, "assign")


def test_asking_is_open_to_every_verb(people, monkeypatch):
    bare = replace(registry().resources[CUSTOMER], actions=("query",))
    monkeypatch.setitem(registry().resources, CUSTOMER, bare)
    with unit_of_work(people.as_ann) as session:
        assert not may_on(session.get(Customer, people.hers), "aprove")
