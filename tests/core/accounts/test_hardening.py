"""Races, cookies behind HTTPS, addresses behind a proxy, housekeeping."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Response
from sqlalchemy import func, select

from core.accounts import sessions, sign_in
from core.accounts.models import LoginAttempt, LoginSession, User
from core.accounts.request_identity import client_of_request, set_session_cookie
from core.accounts.sessions import Client, device_words, start_session
from core.accounts.throttling import LIMITS, TooManyAttemptsError
from core.actor import system_actor
from core.app import create_app
from core.clock import frozen
from core.contributions import Step
from core.unit_of_work import read_only, unit_of_work

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
OPERATOR = system_actor("hardening test")


def test_asvs_2_4_1_parallel_guesses_cannot_slip_past_the_count(app, site):
    site.touch()

    def guess(_number: int) -> bool:
        with app.app_context(), frozen(NOON):
            try:
                sign_in.counted("wang", Client("203.0.113.7"))
            except TooManyAttemptsError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(guess, range(24)))
    assert looked_at == LIMITS["pair"].free + 1


def test_behind_https_the_cookie_is_tied_to_the_host(tmp_path: Path):
    app = create_app(instance=tmp_path, secure_cookies=True, job_engine="off", addons=False)
    with app.test_request_context():
        response = Response()
        set_session_cookie(response, "token")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sunmao=token;")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(("hops", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_counts_only_behind_a_known_proxy(tmp_path, hops, address):
    app = create_app(instance=tmp_path, proxy_hops=hops, job_engine="off", addons=False)
    seen = []

    def look() -> Response:
        seen.append(client_of_request().address)
        return Response("seen")

    app.before_request_funcs[None].insert(0, look)
    app.test_client().get("/login", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert seen == [address]


def test_old_sessions_and_counters_are_forgotten_and_new_ones_kept(make):
    user = make.user()
    for moment in (NOON - timedelta(days=40), NOON):
        with frozen(moment), unit_of_work(OPERATOR) as session:
            start_session(session, session.get_one(User, user.id))
            sign_in.count_attempt(session, f"someone {moment:%d}", "203.0.113.7")

    class Run:
        session = None

    with frozen(NOON), unit_of_work(OPERATOR) as session:
        Run.session = session
        assert sessions.TIDY.step(Run) == Step(done=True)
    with read_only(OPERATOR) as session:
        assert session.scalars(select(LoginSession.created_at)).all() == [NOON]
        assert session.scalar(select(func.min(LoginAttempt.last_at))) == NOON


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0",
            "Edge 129 on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox 130 on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 MicroMessenger/8.0 Safari/604.1",
            "WeChat 8 on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("", "unknown device"),
    ],
)
def test_devices_are_named_so_that_their_owner_knows_them(app, agent, words):
    from core.i18n import force_locale

    with force_locale("en"):
        assert device_words(agent) == words
