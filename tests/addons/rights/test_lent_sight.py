"""A verb and the sight of two people never combine: a substitute does what the lender could do."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from addons.customers import queries, services
from addons.customers.fields import fields_of
from addons.customers.models import Customer
from addons.rights.assignments import end
from addons.rights.models import Subject
from core.access import resources
from core.access.context import AccessContext, resolve_context
from core.access.explain import explain
from core.access.reach import Conjunct, KeySet
from core.access.terms import SIGHT, Term
from core.access.who import who_may
from core.clock import today
from core.errors import NotAllowed
from core.unit_of_work import unit_of_work

CUSTOMER = "customers.customer"
SELF = {"owner": [{"kind": "self"}]}


@pytest.fixture
def acts(duty, give, office):
    """Let Ann change and export every customer, of whom she sees only her own."""
    both = duty("acts", {CUSTOMER: ["update", "export"]})
    return give(both, Subject.USER, office.ann.user.id)


@pytest.fixture
def handed(acts, office, hand, allow):
    """Hand that on to the head, who sees all customers and changes none of them."""
    allow(Subject.USER, office.head.user.id)
    hand(office.ann, office.head, acts)


def change(person, key):
    with unit_of_work(person.actor):
        stored = queries.customer(key)
        fields = replace(fields_of(stored), grade="C")
        services.update_customer(key, fields, row_version=stored.row_version)


def test_a_lent_verb_goes_no_further_than_what_the_lender_sees(office, handed, accounts, seen):
    assert seen(office.head, "update") == {"ann-a", "ann-b"}
    change(office.head, accounts["ann-a"])
    with pytest.raises(NotAllowed):
        change(office.head, accounts["bob-a"])


def test_sight_that_is_not_handed_on_shows_nothing(office, acts, hand, seen):
    hand(office.ann, office.bob, acts)
    assert seen(office.bob) == {"bob-a", "bob-0"}


def test_what_the_lender_no_longer_sees_is_no_longer_acted_on(office, handed, allow, seen, as_):
    wide = allow(Subject.USER, office.ann.user.id)
    assert len(seen(office.head, "update")) == 4
    with as_(office.boss):
        end(wide)
    assert seen(office.head, "update") == {"ann-a", "ann-b"}


def test_who_and_why_agree_with_what_is_enforced(office, handed, accounts, as_):
    with as_(office.head) as session:
        for name, may in (("ann-a", True), ("bob-a", False)):
            record = session.get(Customer, accounts[name])
            assert explain(session, office.head.actor, "update", record).allowed is may
    with as_(office.boss) as session:
        for name, may in (("ann-a", True), ("bob-a", False)):
            holders = who_may(session, CUSTOMER, session.get(Customer, accounts[name]))
            found = next(one for one in holders if one.user_id == office.head.user.id)
            assert ("update" in found.verbs) is may
            assert any(one.for_user for one in found.by) is may
        record = session.get(Customer, accounts["bob-a"])
        assert office.ann.user.id not in {one.user_id for one in who_may(session, CUSTOMER, record)}


def test_a_token_keeps_what_the_lender_sees(office, handed, accounts, as_):
    scopes = frozenset({(CUSTOMER, "query"), (CUSTOMER, "update")})
    with as_(office.boss) as session:
        access = resolve_context(session.connection(), replace(office.head.actor, scopes=scopes))
        narrow = session.info["unit"].new_session(access)
        rows = narrow.scalars(select(Customer.id).execution_options(action="update"))
        assert set(rows) == {accounts["ann-a"], accounts["ann-b"]}
        narrow.close()


def lent(*actions, units, for_user=7):
    ranges = Conjunct.of({"org": KeySet(keys=frozenset(units))})
    return Term(resource=CUSTOMER, actions=frozenset(actions), ranges=ranges, for_user=for_user)


def test_a_lent_field_is_shown_only_where_it_is_lent_for_all_that_is_seen(app, office, monkeypatch):
    known = dict(resources.resources())
    known[CUSTOMER] = replace(known[CUSTOMER], sensitive=("tax_no",))
    monkeypatch.setattr(resources, "_source", [lambda: known])
    field = lent("field:tax_no", SIGHT, units={1})

    def hidden(*terms):
        return AccessContext.of_terms(office.head.actor, terms).hidden_fields(CUSTOMER)

    assert not hidden(field, lent("query", units={1}, for_user=None))
    assert hidden(field, lent("query", units={1, 2}, for_user=None))
    own = lent("field:tax_no", "query", units={2}, for_user=None)
    assert not hidden(field, own)  # as without any lender


def looked_at(client, office, assignments):
    values = {
        "to_user_id": office.head.user.id, "valid_from": today().isoformat(),
        "valid_until": today().isoformat(), "assignments": assignments, "step": "look",
    }  # fmt: skip
    page = client.submit("/rights/substitutes/new", data=values).get_data(as_text=True)
    panel = page[page.index('id="eff-h"') :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", panel[: panel.index("</section>")]))


def test_the_preview_says_what_works_only_with_the_substitutes_sight(office, acts, login, accounts):
    said = looked_at(login(office.ann.user), office, [acts])
    assert re.search(r"Customer change, export 2 ", said), said
    assert "see, " not in said


def test_the_preview_leaves_out_what_was_handed_on_before(office, acts, login, hand, own_work):
    hand(office.ann, office.head, own_work)
    said = looked_at(login(office.ann.user), office, [acts])
    assert "change, export" in said
    assert "see, " not in said
