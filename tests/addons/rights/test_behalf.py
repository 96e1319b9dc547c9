"""The trail names the delegator under every verb, at a price that does not grow with the rows."""

import pytest
from sqlalchemy import select

from addons.customers.fields import CustomerFields
from addons.customers.industries import add_industry, change_industry, industry
from addons.customers.many import Draft, create_customers
from addons.customers.models import Customer
from addons.rights.models import Subject
from core.access import terms
from core.audit.models import AuditEntry
from core.unit_of_work import unit_of_work

CUSTOMER, INDUSTRY = "customers.customer", "customers.industry"
TREE = "customers_industry"
MANY, MOST = 100, 8


@pytest.fixture
def trail(office, as_):
    """Return (verb, for whom) of the newest entries about a resource."""

    def read(resource, number=1):
        with as_(office.boss) as session:
            rows = select(AuditEntry.action, AuditEntry.for_label).where(
                AuditEntry.resource == resource
            )
            newest = rows.order_by(AuditEntry.id.desc()).limit(number)
            return [tuple(one) for one in session.execute(newest)]

    return read


def test_what_is_configured_for_somebody_names_both(office, hand, keeper, give, trail):
    hand(office.ann, office.bob, give(keeper, Subject.USER, office.ann.user.id))
    with unit_of_work(office.bob.actor):
        key = add_industry({"zh": "造船", "en": "Ships"})
    assert trail(TREE, 2) == [("update", "Ann"), ("create", "Ann")]
    with unit_of_work(office.bob.actor):
        version = industry(key).row_version
        change_industry(key, {"zh": "船舶", "en": ""}, parent_id=None, sort=1, active=True,
                        row_version=version)  # fmt: skip
    assert trail(TREE) == [("update", "Ann")]
    give(keeper, Subject.USER, office.bob.user.id)
    with unit_of_work(office.bob.actor):
        add_industry({"zh": "冶金", "en": "Metals"})
    assert {whom for _verb, whom in trail(TREE, 2)} == {None}


@pytest.fixture
def keeper(duty):
    return duty("keeper", {INDUSTRY: ["query", "configure"]})


@pytest.fixture
def lent_over_large_sets(office, hand, duty, give, monkeypatch):
    """Let Bob act for Ann on units of which each set of keys stays in the database."""
    monkeypatch.setattr(terms, "ARRAY", 0)
    both = duty("both", {CUSTOMER: ["query", "create", "update"]})
    units = {"org": [{"kind": "unit", "id": office.first_room.id, "below": False}]}
    hand(office.ann, office.bob, give(both, Subject.USER, office.ann.user.id, ranges=units))


def test_a_hundred_rows_cost_a_substitute_no_more_than_their_own_check(
    office, lent_over_large_sets, as_, statements, trail
):
    """Three sets for each key that rows share: no statement for each row."""
    drafts = [
        Draft(fields=CustomerFields(name=f"X{number}"), manager_id=office.ann.employee.id)
        for number in range(MANY)
    ]
    with as_(office.bob), statements() as created:
        create_customers(drafts)
    assert trail(CUSTOMER, MANY) == [("create", "Ann")] * MANY
    with as_(office.bob) as session, statements() as changed:
        for one in session.scalars(select(Customer)).all():
            one.region = "N"
        session.flush()
    assert trail(CUSTOMER, MANY) == [("update", "Ann")] * MANY
    for sent in (created, changed):
        names = [one for one in sent if "coalesce(core_employee.name" in one]
        sets = [one for one in sent if "FROM core_access_set_key" in one]
        assert len(names) == 1
        assert len(sets) <= MOST
