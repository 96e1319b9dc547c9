"""Codes are guessed slowly: waits double, at sign-in and for proofs; recovery codes do not wait."""

from datetime import UTC, datetime, timedelta

import pytest

from core.accounts import second_factor as service
from core.accounts.throttling import (
    CODE_ELSEWHERE,
    CODES_OF_HALF,
    LIMITS,
    TooManyAttemptsError,
    count_attempt,
)
from core.clock import frozen
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD, Browser
from tests.core.accounts.phone import OPERATOR, enrolled, sign_in

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TOKEN = {"name": "robot", "days": "7", "scopes": ["core.notification:query"]}
WRONG_RECOVERY = {"recovery": "y", "secret_code": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"}
FREE = LIMITS["code"].free


def from_network(app, number):
    """Return a browser in a network of its own."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"203.0.{number}.9"
    return Browser(client)


def codes_left(user):
    with read_only(OPERATOR) as session:
        return service.standing(session, user.id).codes_left


def guess(here, **code):
    """Give a wrong code, after the password where it is due again."""
    if here.get("/login/code").status_code != 200:
        here.sign_in("wang")
    return here.post("/login/code", {"secret_code": "000000"} | code)


def robots(numbers, since, until):
    """Let robots in some networks that are new give a wrong code whenever a wait is over."""
    again, tries = dict.fromkeys(numbers, since), 0
    while (instant := min(again.values())) < until:
        number = min(again, key=again.get)
        try:
            with frozen(instant), unit_of_work(OPERATOR) as session:
                count_attempt(session, "wang", f"203.0.{number}.9", CODE_ELSEWHERE)
            tries += 1
        except TooManyAttemptsError as error:
            again[number] = instant + timedelta(seconds=error.seconds)
    return tries


def test_waits_double_up_to_five_minutes(browser, member):
    enrolled(member, at=NOON)
    here, instant, waits = browser(), NOON, []
    with frozen(instant):
        here.sign_in("wang")
        for _try in range(FREE):
            assert here.post("/login/code", {"secret_code": "000000"}).status_code == 401
    for _try in range(11):
        with frozen(instant):
            assert guess(here).status_code == 401
            waits.append(int(guess(here, secret_code="1").headers["Retry-After"]))
        with frozen(instant + timedelta(seconds=waits[-1] - 0.5)):
            if here.get("/login/code").status_code == 200:
                assert here.post("/login/code", {"secret_code": "000000"}).status_code == 429
        instant += timedelta(seconds=waits[-1])
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert max(waits) == 300


def test_recovery_codes_never_wait_for_wrong_codes(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        for _try in range(FREE + 1):
            assert guess(here).status_code == 401
            assert guess(here, **WRONG_RECOVERY).status_code == 401
        assert guess(here, secret_code=phone.shows()).status_code == 429
        good = {"recovery": "y", "secret_code": phone.codes[0]}
        assert guess(here, **good).status_code == 303
    assert codes_left(member) == 9


def test_recovery_codes_are_bounded_for_each_network(app, browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        for _try in range(LIMITS["network"].free + 1):
            assert guess(here, **WRONG_RECOVERY).status_code == 401
        assert guess(here, **WRONG_RECOVERY).status_code == 429
        good = {"secret_code": phone.codes[0]}
        assert guess(from_network(app, 7), **good).status_code == 303


def test_a_robot_elsewhere_does_not_keep_the_owner_out(app, browser, member):
    phone, owner, start = enrolled(member, at=NOON), browser(), NOON - timedelta(days=1)
    with frozen(start):
        assert sign_in(owner, "wang", phone).status_code == 303
    last = NOON
    for minutes in range(20, 41, 5):
        instant = NOON + timedelta(minutes=minutes)
        assert robots(range(3), last, instant) > 0
        last = instant
        with frozen(instant):
            assert sign_in(browser(), "wang", phone).status_code == 303
    robots(range(3), last, instant + timedelta(minutes=6))
    with frozen(instant + timedelta(minutes=6)):
        stranger = from_network(app, 99)
        given = {"secret_code": phone.shows()}
        assert guess(stranger, **given).status_code == 429, "a network that is new"
        assert guess(stranger, secret_code=phone.codes[0]).status_code == 303


@pytest.mark.usefixtures("app")
def test_many_networks_together_guess_no_faster_than_one():
    one = robots(range(1), NOON, NOON + timedelta(hours=6))
    many = robots(range(6), NOON + timedelta(days=3), NOON + timedelta(days=3, hours=6))
    assert one < many < one + LIMITS["elsewhere"].free < 100


def test_a_network_is_known_by_a_code_of_the_present_phone_alone(app, browser, member):
    there = from_network(app, 5)
    with frozen(NOON - timedelta(hours=2)):
        there.sign_in("wang")  # with the password alone, before there was a phone
        assert there.get("/account").status_code == 200
    phone = enrolled(member, at=NOON)
    robots(range(20, 23), NOON, NOON + timedelta(minutes=30))
    with frozen(NOON + timedelta(minutes=30)):
        there.sign_in("wang")
        assert guess(there, secret_code=phone.shows()).status_code == 429


def test_proofs_and_sign_in_share_the_counter(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON - timedelta(minutes=1)):
        sign_in(here, "wang", phone)
    with frozen(NOON):
        wrong = TOKEN | {"password": PASSWORD, "password-code": "000000"}
        for _try in range(FREE + 1):
            assert here.post("/account/tokens/new", wrong).status_code == 422
        assert guess(browser(), secret_code=phone.shows()).status_code == 429
        good = wrong | {"password-code": phone.shows()}
        assert here.post("/account/tokens/new", good).status_code in {422, 429}
        by_recovery = wrong | {"password-code": phone.codes[0]}
        assert here.post("/account/tokens/new", by_recovery).status_code == 200
    with frozen(NOON + timedelta(seconds=2)):
        assert here.post("/account/tokens/new", good).status_code == 200


def test_a_good_code_lets_the_account_start_afresh(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        for _try in range(FREE):
            assert guess(here).status_code == 401
        assert guess(here, secret_code=phone.shows()).status_code == 303
        for _try in range(FREE):
            assert sign_in(browser(), "wang", phone, secret_code="000000").status_code == 401


def test_after_five_wrong_codes_the_password_is_due_again(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        here.sign_in("wang")
        for _try in range(CODES_OF_HALF - 1):
            assert here.post("/login/code", {"secret_code": "000000"}).status_code == 401
        assert here.get("/login/code").status_code == 200
        last = here.post("/login/code", {"secret_code": "000000"})
        said = last.get_data(as_text=True)
        assert (last.status_code, "错误的验证码过多" in said) == (401, True)
        assert 'name="password"' in said
        assert 'name="secret_code"' not in said
        assert here.get("/login/code").location == "/login"
        late = here.post("/login/code", {"secret_code": phone.codes[0]}, page="/login")
        assert (late.status_code, late.location) == (303, "/login")
        assert here.get("/account").status_code == 303
        assert guess(here, secret_code=phone.shows()).status_code == 303


def test_each_of_ten_recovery_codes_works_once(browser, member):
    phone = enrolled(member, at=NOON)
    assert len(set(phone.codes)) == 10
    for number, code in enumerate(phone.codes):
        with frozen(NOON + timedelta(minutes=number)):
            given = {"recovery": "y", "secret_code": code}
            assert sign_in(browser(), "wang", phone, **given).status_code == 303
            assert sign_in(browser(), "wang", phone, **given).status_code == 401
    assert codes_left(member) == 0


def test_a_guess_at_one_account_does_not_slow_another(browser, member, boss):
    mine = enrolled(member, at=NOON)
    theirs = enrolled(boss, at=NOON)
    with frozen(NOON):
        for _try in range(FREE + 1):
            assert sign_in(browser(), "boss", theirs, secret_code="000000").status_code == 401
        assert sign_in(browser(), "boss", theirs).status_code == 429
        assert sign_in(browser(), "wang", mine).status_code == 303
