"""Pages about duties that need a second factor: previews, proofs with a code, who sees what."""

import pytest
from sqlalchemy import func, select

from addons.customers.models import Customer
from addons.rights import duties
from addons.rights.duties import DutyFields
from addons.rights.models import Assignment, Duty, Subject
from core.access.policy import recompile
from core.access.who import who_may
from core.accounts.services import reset_second_factor
from core.clock import now
from core.unit_of_work import read_only, unit_of_work
from tests.addons.rights.test_pages import filled, text_of
from tests.core.accounts.account_browser import PASSWORD, Browser, set_password
from tests.core.accounts.phone import OPERATOR, enrolled

BOSS_PASSWORD = "correct horse battery"
LOOK = {"customers.customer": ["query"]}


@pytest.fixture
def boss(office, login):
    return login(office.boss.user)


def count(model):
    with read_only(OPERATOR) as session:
        return session.scalar(select(func.count()).select_from(model))


def without_own_work():
    with unit_of_work(OPERATOR) as session:
        session.scalars(select(Duty).where(Duty.code == "own-work")).one().active = False
        session.flush()
        recompile(session)


def test_the_preview_counts_as_if_set_up_and_says_who_is_not(office, boss, strict, accounts):
    page = text_of(boss.submit("/rights/assign", data=filled(office, strict, step="look")))
    assert "Ann Customer see 2 rows 4 rows" in page
    assert "counts only with a second factor. 1 person has none" in page
    enrolled(office.ann.user)
    page = text_of(boss.submit("/rights/assign", data=filled(office, strict, step="look")))
    assert "Ann Customer see 2 rows 4 rows" in page
    assert "counts only with a second factor" not in page
    denied = filled(office, strict, step="look", allow="no")
    assert "counts only with a second factor" not in text_of(boss.submit("/rights/assign", denied))


def test_ending_it_shows_what_is_lost_and_a_denial_of_it_widens(office, boss, strict, give):
    held = give(strict, Subject.USER, office.ann.user.id)
    assert "Ann Customer see" in text_of(boss.get(f"/rights/{held}/end"))
    assert boss.submit(f"/rights/{held}/end", data={}).status_code == 303
    barred = give(strict, Subject.USER, office.ann.user.id, allow=False)
    assert boss.submit(f"/rights/{barred}/end", data={}).status_code == 422


def test_giving_needs_the_code_of_who_gives(office, boss, duty, accounts, login):
    phone = enrolled(office.boss.user)
    boss = login(office.boss.user)  # what was open before has ended
    assert 'name="password-code"' in boss.get("/rights/assign").text
    values = filled(office, duty("look", LOOK), step="give", password=BOSS_PASSWORD)
    before = count(Assignment)
    for code, words in (("", "Give the code"), ("000000", "too old, or was used before")):
        refused = boss.submit("/rights/assign", data={**values, "password-code": code})
        assert refused.status_code == 422
        assert words in text_of(refused)
    assert count(Assignment) == before
    good = {**values, "password-code": phone.shows()}
    assert boss.submit("/rights/assign", data=good).status_code == 303
    assert boss.submit("/rights/assign", data=good).status_code == 422, "it was used"
    assert count(Assignment) == before + 1


@pytest.mark.parametrize("address", ["/rights/people/{ann}/grade", "/rights/grades/new"])
def test_other_acts_that_widen_show_the_field_too(office, login, address):
    enrolled(office.boss.user)
    page = login(office.boss.user).get(address.format(ann=office.ann.user.id))
    assert page.status_code == 200
    has_proof = 'name="password"' in page.text
    assert ('name="password-code"' in page.text) is has_proof


def test_handing_on_needs_the_code_too(office, own_work, login):
    enrolled(office.ann.user)
    ann = login(office.ann.user)
    page = ann.get("/rights/substitutes/new").text
    assert 'name="password-code"' in page


def test_taking_the_mark_away_asks_for_the_proof(office, boss, strict, give):
    give(strict, Subject.USER, office.ann.user.id)
    values = {
        "name-zh": "看", "name-en": "Look", "code": "strict", "active": "y",
        "contains": ["customers.customer:query"], "row_version": "1",
    }  # fmt: skip
    refused = boss.submit(f"/rights/duties/{strict}/edit", data=values)
    assert refused.status_code == 422
    assert "give your password" in text_of(refused)
    with read_only(OPERATOR) as session:
        assert session.get_one(Duty, strict).second_factor
    done = boss.submit(f"/rights/duties/{strict}/edit", {**values, "password": BOSS_PASSWORD})
    assert done.status_code == 303, text_of(done)
    with read_only(OPERATOR) as session:
        assert not session.get_one(Duty, strict).second_factor


def test_the_duty_and_the_rights_of_a_person_say_so(office, boss, strict, give):
    give(strict, Subject.USER, office.ann.user.id)
    assert "needs a second factor" in text_of(boss.get(f"/rights/duties/{strict}"))
    assert "Look" in text_of(boss.get("/rights/duties?second=1"))
    assert "System administration" not in text_of(boss.get("/rights/duties?second=1"))
    page = boss.get(f"/rights/people/{office.ann.user.id}").text
    assert 'tag-warn">needs a second factor' in page
    enrolled(office.ann.user)
    page = boss.get(f"/rights/people/{office.ann.user.id}").text
    assert 'tag-warn">needs a second factor' not in page
    assert "needs a second factor" in page


def test_who_can_see_names_nobody_who_cannot(office, strict, give, accounts):
    give(strict, Subject.USER, office.ann.user.id)

    def names_ann():
        with unit_of_work(OPERATOR) as session:
            record = session.get_one(Customer, accounts["bob-a"])
            found = who_may(session, "customers.customer", record, None)
            return office.ann.user.id in {one.user_id for one in found}

    assert not names_ann()
    enrolled(office.ann.user)
    assert names_ann()
    with unit_of_work(OPERATOR) as session:
        reset_second_factor(session, office.ann.user.id)
    assert not names_ann()


def test_a_token_of_who_has_none_reaches_nothing_by_it(office, strict, give, app, accounts):
    set_password(office.ann.user)
    here = Browser(app.test_client())
    here.sign_in("ann")
    given = {"name": "robot", "days": "7", "scopes": ["customers.customer:query"]}
    made = here.post("/account/tokens/new", given | {"password": PASSWORD})
    secret = made.get_data(as_text=True).split("data-secret>")[1].split("<")[0]
    give(strict, Subject.USER, office.ann.user.id)
    client, bearer = app.test_client(), {"Authorization": f"Bearer {secret}"}

    def answer(path="/api/v1/customers"):
        found = client.get(path, headers=bearer)
        return found.status_code, found.get_data(as_text=True)

    status, body = answer()
    assert status == 200
    assert "Ann A" in body
    assert "Bob A" not in body
    assert answer(f"/api/v1/customers/{accounts['bob-a']}")[0] == 404
    without_own_work()
    status, body = answer()
    assert status == 403
    assert "only with a second factor" in body


def test_every_way_to_the_data_opens_and_closes_with_it(office, strict, give, login, accounts):
    give(strict, Subject.USER, office.ann.user.id)
    without_own_work()
    bob = accounts["bob-a"]
    ways = {
        "list": "/customers/?q=Bob",
        "record": f"/customers/{bob}",
        "search": "/search?q=Bob",
        "interface": "/api/v1/customers",
        "one": f"/api/v1/customers/{bob}",
    }

    def seen():
        ann = login(office.ann.user)
        return {way for way, path in ways.items() if "Bob A" in ann.get(path).text}

    assert seen() == set()
    enrolled(office.ann.user)
    assert seen() == set(ways)
    with unit_of_work(OPERATOR) as session:
        reset_second_factor(session, office.ann.user.id)
    assert seen() == set()


def test_a_refusal_names_the_second_factor_where_other_rights_reach_less(
    office, strict, give, login, accounts
):
    give(strict, Subject.USER, office.ann.user.id)
    give(_watch_duties(office), Subject.USER, office.ann.user.id)
    ann = login(office.ann.user)
    refused = ann.get("/rights/duties")
    assert refused.status_code == 403
    assert "only with a second factor, which this account has not set up" in text_of(refused)
    assert "can give it" not in text_of(refused)


def _watch_duties(office):
    with unit_of_work(office.boss.actor):
        fields = DutyFields(
            code="watch", name={"zh": "查", "en": "Watch"}, second_factor=True,
            grants={"rights.duty": ["query"]},
        )  # fmt: skip
        return duties.create_duty(fields).id


def test_a_phone_set_up_a_moment_ago_counts_at_the_next_request(office, strict, give, accounts):
    give(strict, Subject.USER, office.ann.user.id, valid_from=now())
    enrolled(office.ann.user, at=now())
    with read_only(OPERATOR) as session:
        record = session.get_one(Customer, accounts["bob-0"])
        found = who_may(session, "customers.customer", record, None)
    assert office.ann.user.id in {one.user_id for one in found}
