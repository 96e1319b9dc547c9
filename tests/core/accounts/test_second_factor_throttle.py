"""Codes are guessed slowly: waits double, for sign-in and for proofs alike; owners are told once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from core.accounts import second_factor as service
from core.accounts.throttling import LIMITS
from core.clock import frozen
from core.notifications.models import Notification
from core.unit_of_work import read_only
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import OPERATOR, enrolled, sign_in

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TOKEN = {"name": "robot", "days": "7", "scopes": ["core.notification:query"]}
FREE = LIMITS["code"].free


def told():
    with read_only(OPERATOR) as session:
        return session.scalar(select(func.count()).select_from(Notification))


def test_waits_double_up_to_five_minutes(browser, member):
    enrolled(member, at=NOON)
    here, instant, waits = browser(), NOON, []
    with frozen(instant):
        here.sign_in("wang")
        for _try in range(FREE):
            assert here.post("/login/code", {"secret_code": "000000"}).status_code == 401
    for _try in range(11):
        with frozen(instant):
            if here.get("/login/code").status_code != 200:
                here.sign_in("wang")  # half a session lasts ten minutes
            assert here.post("/login/code", {"secret_code": "000000"}).status_code == 401
            waits.append(int(here.post("/login/code", {"secret_code": "1"}).headers["Retry-After"]))
        with frozen(instant + timedelta(seconds=waits[-1] - 0.5)):
            if here.get("/login/code").status_code == 200:
                assert here.post("/login/code", {"secret_code": "000000"}).status_code == 429
        instant += timedelta(seconds=waits[-1])
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert max(waits) == 300
    assert told() == 1


def test_recovery_codes_are_guessed_no_faster(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    wrong = {"recovery": "y", "secret_code": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"}
    with frozen(NOON):
        here.sign_in("wang")
        for _try in range(FREE + 1):
            assert here.post("/login/code", wrong).status_code == 401
        good = {"recovery": "y", "secret_code": phone.codes[0]}
        assert here.post("/login/code", good).status_code == 429
    with read_only(OPERATOR) as session:
        assert service.standing(session, member.id).codes_left == 10


def test_proofs_and_sign_in_share_the_counter(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        sign_in(here, "wang", phone)
        guess = TOKEN | {"password": PASSWORD, "password-code": "000000"}
        for _try in range(FREE + 1):
            assert here.post("/account/tokens/new", guess).status_code == 422
        assert told() == 1
        other = browser()
        other.sign_in("wang")
        assert other.post("/login/code", {"secret_code": phone.codes[0]}).status_code == 429
        good = guess | {"password-code": phone.codes[0]}
        assert here.post("/account/tokens/new", good).status_code in {422, 429}
    with frozen(NOON + timedelta(seconds=2)):
        assert here.post("/account/tokens/new", good).status_code == 200


def test_a_good_code_lets_the_account_start_afresh(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        here.sign_in("wang")
        for _try in range(FREE):
            assert here.post("/login/code", {"secret_code": "000000"}).status_code == 401
        assert here.post("/login/code", {"secret_code": phone.shows()}).status_code == 303
        for _try in range(FREE):
            assert sign_in(browser(), "wang", phone, secret_code="000000").status_code == 401
    assert told() == 0


def test_each_of_ten_recovery_codes_works_once(browser, member):
    phone = enrolled(member, at=NOON)
    assert len(set(phone.codes)) == 10
    for number, code in enumerate(phone.codes):
        with frozen(NOON + timedelta(minutes=number)):
            given = {"recovery": "y", "secret_code": code}
            assert sign_in(browser(), "wang", phone, **given).status_code == 303
            assert sign_in(browser(), "wang", phone, **given).status_code == 401
    with read_only(OPERATOR) as session:
        assert service.standing(session, member.id).codes_left == 0


def test_a_guess_at_one_account_does_not_slow_another(browser, member, boss):
    mine = enrolled(member, at=NOON)
    theirs = enrolled(boss, at=NOON)
    with frozen(NOON):
        for _try in range(FREE + 1):
            assert sign_in(browser(), "boss", theirs, secret_code="000000").status_code == 401
        assert sign_in(browser(), "boss", theirs).status_code == 429
        assert sign_in(browser(), "wang", mine).status_code == 303
