"""Signing in: what succeeds, what fails alike, what is slowed down."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.accounts import passwords, sign_in
from core.accounts.models import LoginSession, User
from core.accounts.sessions import Client, digest
from core.accounts.throttling import LIMITS, TooManyAttemptsError, network_of
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.clock import frozen
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD, set_password

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
OPERATOR = system_actor("sign-in test")


def switch_off(user):
    with unit_of_work(OPERATOR) as session:
        session.get_one(User, user.id).active = False


def test_the_right_password_opens_a_session_and_the_start_page(browser, member):
    here = browser()
    answer = here.sign_in("wang")
    assert (answer.status_code, answer.location) == (303, "/")
    assert here.get("/account").status_code == 200


def test_the_login_is_taken_in_any_case_and_with_spaces(browser, member):
    assert browser().sign_in("  WANG ").status_code == 303


def test_the_cookie_is_closed_to_scripts_and_other_sites(browser, member):
    answer = browser().sign_in("wang")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("sunmao="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_only_a_digest_of_256_random_bits_is_stored(browser, member):
    here = browser()
    here.sign_in("wang")
    with read_only(OPERATOR) as session:
        stored = session.scalars(select(LoginSession.token_hash)).one()
    assert stored == digest(here.token)
    assert here.token not in stored
    assert len(here.token) >= 43  # 32 bytes in base 64


@pytest.mark.parametrize("case", ["unknown", "disabled", "wrong", "without a password"])
def test_asvs_6_3_8_every_failure_looks_and_works_the_same(
    browser, make, member, monkeypatch, case
):
    other = make.user("lily")
    if case == "disabled":
        set_password(other)
        switch_off(other)
    login = {"unknown": "nobd", "wrong": "wang"}.get(case, "lily")
    password = PASSWORD if case == "disabled" else "not this one at all"
    verified = []
    real = passwords.PasswordHasher.verify

    def counting(self, hashed, given):
        verified.append(hashed)
        return real(self, hashed, given)

    monkeypatch.setattr(passwords.PasswordHasher, "verify", counting)
    answer = browser().sign_in(login, password)
    body = answer.get_data(as_text=True).replace(login, "LOGIN")
    body = re.sub(r'(csrf_token" value=")[^"]+', r"\1", body)
    seen = {
        name: value
        for name, value in answer.headers
        if name not in {"X-Request-Id", "Date", "Set-Cookie"}
    }
    assert answer.status_code == 401
    assert len(verified) == 1, "the same work whatever the case"
    assert verified[0].startswith("$argon2id$")
    assert not any(c.startswith("sunmao=") for c in answer.headers.getlist("Set-Cookie"))
    reference = browser().sign_in("wang", "surely wrong as well")
    expected = reference.get_data(as_text=True).replace("wang", "LOGIN")
    expected = re.sub(r'(csrf_token" value=")[^"]+', r"\1", expected)
    assert body == expected
    assert seen == {
        n: v for n, v in reference.headers if n not in {"X-Request-Id", "Date", "Set-Cookie"}
    }


def test_a_refused_sign_in_never_sends_the_password_back(browser, member):
    answer = browser().sign_in("wang", "secret of somebody else")
    assert "secret of somebody else" not in answer.get_data(as_text=True)


def test_asvs_6_3_1_guessing_is_slowed_and_the_owner_gets_in_after_the_wait(browser, member):
    here = browser()
    free = LIMITS["pair"].free
    with frozen(NOON):
        for _ in range(free + 1):
            assert here.sign_in("wang", "a wrong guess").status_code == 401
        blocked = here.sign_in("wang")
        assert blocked.status_code == 429
        assert blocked.headers["Retry-After"] == "1"
        assert here.token is None
    with frozen(NOON + timedelta(seconds=1)):
        assert here.sign_in("wang").status_code == 303


def test_the_wait_doubles_up_to_a_cap_and_never_locks_out(member, app):
    moment, waits = NOON, []
    for _ in range(20):
        with frozen(moment):
            try:
                with unit_of_work(OPERATOR) as session:
                    sign_in.count_attempt(session, "wang", "203.0.113.7")
            except TooManyAttemptsError as error:
                waits.append(error.seconds)
                moment += timedelta(seconds=error.seconds)
    assert waits[:7] == [1, 2, 4, 8, 16, 30, 30]  # no colleague keeps anybody out for long
    assert max(waits) <= LIMITS["pair"].cap.total_seconds()


def test_attempts_during_the_wait_do_not_prolong_it(member, app):
    with frozen(NOON):
        for _ in range(LIMITS["pair"].free + 1):
            with unit_of_work(OPERATOR) as session:
                sign_in.count_attempt(session, "wang", "203.0.113.7")
        for _ in range(50):
            with pytest.raises(TooManyAttemptsError) as caught, unit_of_work(OPERATOR) as session:
                sign_in.count_attempt(session, "wang", "203.0.113.7")
            assert caught.value.seconds == 1


def test_a_stranger_elsewhere_cannot_keep_the_owner_out(member, app):
    """The wait of an account as a whole stays short; the long one is for the guesser's network."""
    moment = NOON
    for number in range(40):
        with frozen(moment), unit_of_work(OPERATOR) as session:
            sign_in.count_attempt(session, "wang", f"203.0.{number}.7")
        moment += timedelta(seconds=11)
    with frozen(moment + timedelta(seconds=11)):
        done = sign_in.sign_in("wang", PASSWORD, Client("198.51.100.4"))
    assert done.user_id == member.id


def test_unknown_logins_are_slowed_like_known_ones(browser, app):
    here = browser()
    with frozen(NOON):
        for _ in range(LIMITS["pair"].free + 1):
            here.sign_in("nobody-here", "a wrong guess")
        assert here.sign_in("nobody-here", "a wrong guess").status_code == 429


def test_failures_fade_with_time(member, app):
    with frozen(NOON):
        for _ in range(LIMITS["pair"].free):
            with unit_of_work(OPERATOR) as session:
                sign_in.count_attempt(session, "wang", "203.0.113.7")
    with frozen(NOON + timedelta(hours=2)):
        for _ in range(LIMITS["pair"].free):
            with unit_of_work(OPERATOR) as session:
                sign_in.count_attempt(session, "wang", "203.0.113.7")


def test_a_network_is_a_slash_24_or_56():
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("::ffff:203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:0:1ff::1") == "2001:db8:0:100::/56"
    assert network_of("") == ""


def test_a_user_disabled_while_the_password_is_checked_gets_no_session(member, app, monkeypatch):
    def check_and_disable(stored, password):
        fits = passwords.verify_password(stored, password)
        switch_off(member)
        return fits

    monkeypatch.setattr(sign_in, "verify_password", check_and_disable)
    with pytest.raises(sign_in.WrongCredentialsError):
        sign_in.sign_in("wang", PASSWORD, Client())
    with read_only(OPERATOR) as session:
        assert session.scalars(select(LoginSession)).all() == []


def test_success_is_audited_with_the_network_only(browser, member):
    browser().sign_in("wang")
    with read_only(OPERATOR) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign-in")).one()
    assert entry.record_id == member.id
    assert entry.changes["network"] == "127.0.0.0/24"
    assert (entry.actor_kind, entry.actor_user_id, entry.actor_label) == ("user", member.id, "Wang")


def test_no_transaction_is_open_while_a_password_is_verified(browser, member, app, monkeypatch):
    """Verification takes long; SQLite's one writer must not wait for it."""
    from core.database import db

    open_connections = []
    real = sign_in.verify_password

    def watched(stored, password):
        open_connections.append(db.engine.pool.checkedout())
        return real(stored, password)

    monkeypatch.setattr(sign_in, "verify_password", watched)
    assert browser().sign_in("wang").status_code == 303
    assert open_connections == [0]


@pytest.mark.parametrize(
    ("wanted", "landed"),
    [
        ("/account/sessions", "/account/sessions"),
        ("/account?a=1&b=2", "/account?a=1&b=2"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\tb", "/"),
        ("", "/"),
    ],
)
def test_the_reader_lands_only_on_this_site(browser, member, wanted, landed):
    assert browser().sign_in("wang", next=wanted).location == landed


def test_strangers_are_sent_to_sign_in_and_back(browser, member):
    here = browser()
    answer = here.get("/account/sessions?x=1")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/account/sessions?x%3D1" or "next=" in answer.location
    page = here.get(answer.location).get_data(as_text=True)
    assert 'name="next" value="/account/sessions?x=1"' in page


def test_there_is_no_account_on_a_new_site(app):
    with read_only(OPERATOR) as session:
        assert session.scalars(select(User)).all() == []


@pytest.mark.parametrize("login", ["wang", "nobody"])
def test_guessing_leaves_one_entry_for_each_wait_and_none_for_a_slip(browser, member, login):
    def entries():
        with read_only(OPERATOR) as session:
            wanted = AuditEntry.action == "sign-in-slowed"
            return list(session.scalars(select(AuditEntry).where(wanted)))

    here = browser()
    with frozen(NOON):
        for _try in range(LIMITS["pair"].free):
            here.sign_in(login, "wrong password")
        assert entries() == []
        for _try in range(3):
            here.sign_in(login, "wrong password")
    (entry,) = entries()
    assert entry.record_id == (member.id if login == "wang" else None)
    assert entry.changes == {"network": network_of("127.0.0.1")}
    assert "nobody" not in str(entry.changes) + entry.label


def test_the_right_password_at_the_last_free_try_leaves_no_such_entry(browser, member):
    here = browser()
    with frozen(NOON):
        for _try in range(LIMITS["pair"].free):
            here.sign_in("wang", "wrong password")
        assert here.sign_in("wang").status_code == 303
    with read_only(OPERATOR) as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert "sign-in-slowed" not in actions
