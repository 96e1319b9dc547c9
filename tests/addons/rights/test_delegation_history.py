"""The pages of delegations as years go by: names of those who left, and no statement for each."""

import re
from datetime import timedelta

from sqlalchemy import update

from addons.rights.delegation_models import Delegation
from core.accounts.services import set_user_active
from core.clock import now
from core.unit_of_work import unit_of_work
from tests.addons.rights.test_pages import text_of

DAY = timedelta(days=1)


def test_who_has_left_is_still_named(office, login, hand, own_work):
    key = hand(office.ann, office.bob, own_work)
    with unit_of_work(office.boss.actor) as session:
        set_user_active(session, office.ann.user.id, active=False)
        set_user_active(session, office.bob.user.id, active=False)
    page = text_of(login(office.boss.user).get(f"/rights/delegations/{key}"))
    assert "Bob for Ann" in page


def test_many_delegations_cost_what_one_does(office, login, hand, own_work, statements):
    boss, bob = login(office.boss.user), login(office.bob.user)
    pages = ((bob, "/rights/substitutes"), (boss, f"/rights/people/{office.bob.user.id}"))

    def cost():
        found = []
        for client, address in pages:
            client.get(address)
            with statements() as sent:
                assert client.get(address).status_code == 200
            found.append(len(sent))
        return found

    hand(office.ann, office.bob, own_work)
    before = cost()
    for number in range(2, 8):
        hand(office.ann, office.bob, own_work, valid_to=now() + number * DAY)
    hand(office.head, office.bob, own_work)
    assert cost() == before


def test_of_what_is_over_the_newest_are_shown_first(office, login, hand, own_work):
    for _number in range(22):
        hand(office.ann, office.bob, own_work)
    with unit_of_work(office.boss.actor) as session:
        session.execute(update(Delegation).values(ended_at=now()))
    hand(office.ann, office.bob, own_work)
    client = login(office.bob.user)
    page = client.get("/rights/substitutes").get_data(as_text=True)
    assert page.count("<tr>") == 1 + 1 + 20
    more = re.search(r'href="(/rights/substitutes\?past=\d+)"', page)
    older = client.get(more[1]).get_data(as_text=True)
    assert older.count("<tr>") == 1 + 23
    assert 'href="/rights/substitutes?past' not in older
