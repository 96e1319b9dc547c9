"""What codes and half sessions are worth: no more than they say, whatever runs beside or before."""

import base64
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from core.accounts import second_factor as service
from core.accounts import totp
from core.accounts.code_check import sign_in_with_code
from core.accounts.identity import load_identity
from core.accounts.models import LoginSession, SecondFactor, Stage, User
from core.accounts.sessions import Client, digest, idle_limit
from core.accounts.sign_in import sign_in as give_password
from core.clock import frozen
from core.database import SILENT
from core.errors import DomainError, Refused
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import OPERATOR, enrolled, set_up, sign_in

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LIVE_HALVES = (
    select(func.count())
    .select_from(LoginSession)
    .where(LoginSession.ended_at.is_(None), LoginSession.stage == Stage.CODE)
)


def live_halves():
    with read_only(OPERATOR) as session:
        return session.scalar(LIVE_HALVES)


def codes_left(user):
    with read_only(OPERATOR) as session:
        return service.standing(session, user.id).codes_left


def test_every_bit_of_a_recovery_code_is_drawn(member, monkeypatch):
    drawn, draw = [], secrets.token_bytes

    def noted(size):
        drawn.append(draw(size))
        return drawn[-1]

    monkeypatch.setattr("core.accounts.second_factor.secrets.token_bytes", noted)
    phone = enrolled(member)
    with unit_of_work(OPERATOR) as session:
        later = service.renew_codes(session, member.id)
    made = {base64.b32decode(code.replace("-", "")) for code in (*phone.codes, *later)}
    assert made <= set(drawn)
    assert {len(one) for one in made} == {15}
    assert len(made) == 20


def test_the_code_that_set_the_phone_up_signs_nobody_in(browser, member):
    here = browser()
    with frozen(NOON):
        here.sign_in("wang")
        phone = set_up(here)
        assert sign_in(browser(), "wang", phone).status_code == 401
        earlier = phone.shows(steps=-1)
        assert sign_in(browser(), "wang", phone, secret_code=earlier).status_code == 401
    with frozen(NOON + timedelta(seconds=30)):
        assert sign_in(browser(), "wang", phone).status_code == 303


@pytest.mark.parametrize("spoilt", ["stage", "expiry", "active", "version"])
def test_a_half_session_that_was_looked_at_too_early_opens_nothing(app, member, spoilt):
    """The request has read it as good; what happened since is seen when the code is."""
    phone = enrolled(member, at=NOON)
    with frozen(NOON):
        token = give_password("wang", PASSWORD, Client()).token
        with read_only(OPERATOR) as session:
            half = load_identity(session.connection(), digest(token), idle_limit()).half
    with frozen(NOON), unit_of_work(OPERATOR) as session:
        held, user = session.get_one(LoginSession, half.id), session.get_one(User, member.id)
        if spoilt == "stage":
            held.stage = Stage.OPEN
        elif spoilt == "active":
            user.active = False
        elif spoilt == "version":
            user.session_version += 1
    moment = NOON + timedelta(minutes=10 if spoilt == "expiry" else 1)
    for code in (phone.codes[0], phone.shows(moment)):
        with frozen(moment), pytest.raises(DomainError) as refused:
            sign_in_with_code(half, code, Client())
        assert (refused.type, refused.value.status) == (DomainError, 401)
    assert codes_left(member) == 10
    with read_only(OPERATOR) as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_a_code_of_a_phone_that_is_replaced_meanwhile_is_worth_nothing(member, monkeypatch):
    phone, look = enrolled(member, at=NOON), totp.matching_step

    def replaced(secret, code, instant, *, after=0):
        other = update(SecondFactor).values(seed=totp.new_seed())
        quiet = {**SILENT, "synchronize_session": False}
        session.execute(other, execution_options=quiet)
        return look(secret, code, instant, after=after)

    monkeypatch.setattr(service, "matching_step", replaced)
    with frozen(NOON), unit_of_work(OPERATOR) as session:
        assert service.spend(session, member.id, phone.shows()) is None


def test_who_has_no_second_factor_gets_no_recovery_codes(browser, member):
    here = browser()
    here.sign_in("wang")
    with (
        unit_of_work(OPERATOR) as session,
        pytest.raises(Refused, match=r"两步验证|second factor"),
    ):
        service.renew_codes(session, member.id)
    answer = here.post("/account/second-factor/codes", {"password": PASSWORD})
    assert answer.status_code == 422
    here.post("/account/second-factor/begin", {"password": PASSWORD})
    assert here.post("/account/second-factor/codes", {"password": PASSWORD}).status_code == 422
    assert codes_left(member) == 0


def test_a_clock_that_ran_ahead_once_does_not_lock_the_phone_out(browser, member):
    phone = enrolled(member, at=NOON)
    with frozen(NOON + timedelta(days=1)):
        assert sign_in(browser(), "wang", phone).status_code == 303
    with frozen(NOON + timedelta(minutes=5)):
        assert sign_in(browser(), "wang", phone).status_code == 303
        assert sign_in(browser(), "wang", phone).status_code == 401, "each works once again"
        old = phone.shows(steps=-1)
        assert sign_in(browser(), "wang", phone, secret_code=old).status_code == 401
        coming = phone.shows(steps=1)
        assert sign_in(browser(), "wang", phone, secret_code=coming).status_code == 303
        assert sign_in(browser(), "wang", phone).status_code == 401, "not beyond the drift"


def test_one_browser_holds_one_half_session(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        for _time in range(4):
            here.sign_in("wang")
        assert live_halves() == 1
        browser().sign_in("wang")
        assert live_halves() == 2, "another browser's is left alone"
        assert here.post("/login/code", {"secret_code": phone.shows()}).status_code == 303


def test_a_damaged_key_is_told_and_leaves_recovery_codes(app, browser, member, caplog):
    phone, here = enrolled(member, at=NOON), browser()
    key = app.config["SUNMAO"].instance / totp.KEY_FILE
    kept = key.read_bytes()
    key.write_bytes(b"")
    try:
        with frozen(NOON):
            answer = sign_in(here, "wang", phone)
            assert answer.status_code == 503
            assert "恢复码" in answer.get_data(as_text=True)
            assert "holds 0 bytes" in caplog.text
            code = {"secret_code": phone.codes[0]}
            assert here.post("/login/code", code).status_code == 303
    finally:
        key.write_bytes(kept)
