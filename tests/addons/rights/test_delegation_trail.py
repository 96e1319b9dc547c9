"""R11: who makes and ends a delegation, who is told of it, and the trail names both."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from addons.customers import queries, services
from addons.customers.fields import fields_of
from addons.customers.models import Customer
from addons.rights import delegations as service
from addons.rights.models import Subject
from core.access.explain import explain
from core.audit.models import AuditEntry
from core.audit.queries import history
from core.clock import today
from core.errors import NotAllowed, NotFound, Refused
from core.notifications.models import Notification
from core.unit_of_work import unit_of_work

LOOK = {"customers.customer": ["query"]}
CHANGE = {"customers.customer": ["query", "update"]}
DAY = timedelta(days=1)
PASSWORD = "correct horse battery"


@pytest.fixture
def clerk(duty, give):
    """Let somebody name substitutes for others."""
    desk = duty("desk", {"rights.delegation": ["create"]})
    return lambda person: give(desk, Subject.USER, person.user.id)


def test_for_somebody_else_only_who_may(office, hand, own_work, seen, clerk):
    with pytest.raises(NotAllowed):
        hand(office.ann, office.head, own_work, by=office.bob)
    clerk(office.bob)
    with pytest.raises(Refused) as refused:
        hand(office.ann, office.bob, own_work, by=office.bob)  # nobody rises by it
    assert "to_user_id" in refused.value.fields
    hand(office.ann, office.head, own_work, by=office.bob)
    hand(office.ann, office.bob, own_work, by=office.boss)
    assert len(seen(office.bob)) == 4


def test_either_of_the_two_ends_it_and_nobody_else(office, hand, own_work, seen, as_):
    key = hand(office.ann, office.bob, own_work)
    with as_(office.head), pytest.raises(NotFound):
        service.end(key)
    with as_(office.bob):
        service.end(key, reason="back again")
    assert len(seen(office.bob)) == 2
    with as_(office.ann), pytest.raises(Refused):
        service.end(key)


def test_both_are_told(office, hand, own_work, as_):
    key = hand(office.ann, office.bob, own_work, by=office.boss)
    with as_(office.boss):
        service.end(key)
    with as_(office.boss) as session:
        told = session.execute(select(Notification.user_id, Notification.kind)).all()
    assert sorted(told) == sorted(
        [(office.ann.user.id, "rights.delegation"), (office.bob.user.id, "rights.delegation")] * 2
    )


def change(person, key, grade):
    with unit_of_work(person.actor):
        stored = queries.customer(key)
        services.update_customer(
            key, replace(fields_of(stored), grade=grade), row_version=stored.row_version
        )


def newest(office, key):
    with unit_of_work(office.boss.actor) as session:
        rows = select(AuditEntry).where(
            AuditEntry.resource == "customers.customer", AuditEntry.record_id == key
        )
        row = session.scalars(rows.order_by(AuditEntry.id.desc())).first()
        said = history(session, "customers.customer", key, limit=1)[0].actor
        return row.actor_user_id, row.for_user_id, row.for_label, said


def test_the_trail_names_both_only_where_the_right_is_the_delegators(
    office, accounts, hand, own_work
):
    hand(office.ann, office.bob, own_work)
    change(office.bob, accounts["ann-a"], "B")
    assert newest(office, accounts["ann-a"]) == (
        office.bob.user.id, office.ann.user.id, "Ann", "bob (for Ann)",
    )  # fmt: skip
    change(office.bob, accounts["bob-a"], "B")
    assert newest(office, accounts["bob-a"])[1:3] == (None, None)
    change(office.ann, accounts["ann-b"], "C")
    assert newest(office, accounts["ann-b"])[1:3] == (None, None)


def test_an_export_names_whose_rights_widen_it(office, hand, own_work, login, as_):
    hand(office.ann, office.bob, own_work)
    for person, named in ((office.bob, "Ann"), (office.ann, None)):
        assert login(person.user).get("/customers/export?format=csv").status_code == 200
        with as_(office.boss) as session:
            rows = select(AuditEntry.for_label).where(AuditEntry.action == "export")
            assert session.scalars(rows.order_by(AuditEntry.id.desc())).first() == named


def test_why_names_the_delegator(office, accounts, hand, own_work, as_):
    hand(office.ann, office.bob, own_work)
    with as_(office.bob) as session:
        record = session.get(Customer, accounts["ann-a"])
        steps = explain(session, office.bob.actor, "query", record).steps
    assert any("as substitute for Ann" in step.detail for step in steps)


@pytest.fixture
def ann(office, make, login):
    user = make.user("ann2", employee=make.employee("Anna"), locale="en", password=PASSWORD)
    return login(user)


def text_of(response):
    plain = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))
    return re.sub(r"\s+", " ", plain)


def test_everybody_names_a_substitute_with_the_own_password(office, ann, own_work, as_):
    page = text_of(ann.get("/rights/substitutes"))
    assert "Nobody acts for you" in page
    values = {
        "to_user_id": office.bob.user.id, "valid_from": today().isoformat(),
        "valid_until": (today() + DAY).isoformat(), "assignments": [own_work], "reason": "leave",
    }  # fmt: skip
    looked = text_of(ann.submit("/rights/substitutes/new", data={**values, "step": "look"}))
    assert "What is handed on" in looked
    assert re.search(r"Customer see, .* 0 ", looked), looked
    assert "Everybody has this anyway." in looked
    for password, words in (("", "give your password"), ("no", "not your present password")):
        data = {**values, "step": "give", "password": password}
        refused = ann.submit("/rights/substitutes/new", data=data)
        assert refused.status_code == 422
        assert words in text_of(refused)
    data = {**values, "step": "give", "password": PASSWORD}
    assert ann.submit("/rights/substitutes/new", data=data).status_code == 303
    page = text_of(ann.get("/rights/substitutes"))
    assert "Bob leave" in page
    assert "in force" in page


def test_a_preview_tells_nothing_of_the_colleagues_own_rights(office, ann, own_work, accounts):
    values = {
        "to_user_id": office.bob.user.id, "valid_from": today().isoformat(),
        "valid_until": today().isoformat(), "assignments": [own_work], "step": "look",
    }  # fmt: skip
    looked = text_of(ann.submit("/rights/substitutes/new", data=values))
    assert re.search(r"Customer see, [^0-9]* 0 ", looked), looked  # Bob's two are not counted


def test_the_pages_of_a_delegation(office, login, hand, own_work):
    key = hand(office.ann, office.bob, own_work)
    boss, bob, head = login(office.boss.user), login(office.bob.user), login(office.head.user)
    assert "Bob" in text_of(boss.get("/rights/delegations"))
    assert "Bob for Ann" in text_of(boss.get(f"/rights/delegations/{key}"))
    person = text_of(boss.get(f"/rights/people/{office.bob.user.id}"))
    assert "as substitute for Ann" in person
    assert "Ann" in text_of(bob.get("/rights/substitutes"))
    assert bob.get("/rights/delegations").status_code == 403
    assert head.get(f"/rights/delegations/{key}/end").status_code == 404
    assert head.submit(f"/rights/delegations/{key}/end", data={}).status_code == 404
    assert head.get(f"/rights/delegations/for/{office.ann.user.id}").status_code == 403
    assert bob.submit(f"/rights/delegations/{key}/end", data={}).status_code == 303
    assert "ended" in text_of(bob.get("/rights/substitutes"))


def test_an_administrator_names_a_substitute_for_who_is_away(office, login, own_work, accounts):
    boss = login(office.boss.user)
    chosen = boss.submit("/rights/delegations/new", data={"from_user_id": office.ann.user.id})
    assert chosen.status_code == 303
    values = {
        "to_user_id": office.bob.user.id, "valid_from": today().isoformat(),
        "valid_until": today().isoformat(), "assignments": [own_work], "step": "look",
    }  # fmt: skip
    looked = text_of(boss.submit(chosen.location, data=values))
    assert "Customer see, change, analyse, export 2 rows 4 rows" in looked
    assert "Contact person add yes yes, on more data" in looked
    data = {**values, "step": "give", "password": PASSWORD}
    given = boss.submit(chosen.location, data=data)
    assert given.status_code == 303
    assert "Bob for Ann" in text_of(boss.get(given.location))
