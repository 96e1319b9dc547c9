"""The life of a sign-in session, seen from the browser."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.accounts import services
from core.accounts.models import LoginSession
from core.actor import system_actor
from core.clock import frozen
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import Browser, set_password

OPERATOR = system_actor("session test")
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def last_seen() -> datetime:
    with read_only(OPERATOR) as session:
        return session.scalars(select(LoginSession.last_seen_at)).one()


@pytest.fixture
def here(browser, member) -> Browser:
    found = browser()
    with frozen(MORNING):
        found.sign_in("wang")
    return found


def test_asvs_7_2_4_signing_in_again_gives_a_new_id_and_voids_the_old(browser, member):
    here = browser()
    here.sign_in("wang")
    first = here.token
    here.post(
        "/login", {"login": "wang", "password": "three calm herons wait"}, page="/account/password"
    )
    assert here.token not in {first, None}
    thief = browser()
    thief.client.set_cookie("sunmao", first)
    assert not is_in(thief)
    assert is_in(here)


def test_a_planted_session_id_is_never_adopted(browser, member):
    here = browser()
    here.client.set_cookie("sunmao", "planted-by-somebody")
    here.sign_in("wang")
    assert here.token != "planted-by-somebody"
    assert is_in(here)


def test_a_form_token_from_before_the_sign_in_is_void_after_it(browser, member):
    here = browser()
    here.get("/login")
    before = here.client.get_cookie("csrf").value
    here.sign_in("wang")
    page = here.client.get("/account")
    assert page.status_code == 200
    assert here.client.get_cookie("csrf").value != before


def test_asvs_7_3_1_an_idle_session_ends(here):
    with frozen(MORNING + timedelta(minutes=29)):
        assert is_in(here)
    with frozen(MORNING + timedelta(minutes=29 + 31)):
        assert not is_in(here)


def test_asvs_7_3_2_a_session_in_use_ends_after_twelve_hours(here):
    moment = MORNING
    while moment < MORNING + timedelta(hours=11, minutes=50):
        moment += timedelta(minutes=10)
        with frozen(moment):
            assert is_in(here)
    with frozen(MORNING + timedelta(hours=12)):
        assert not is_in(here)


def test_last_seen_is_written_at_most_once_a_minute(here):
    with frozen(MORNING + timedelta(seconds=59)):
        is_in(here)
    assert last_seen() == MORNING
    with frozen(MORNING + timedelta(seconds=61)):
        is_in(here)
    assert last_seen() == MORNING + timedelta(seconds=61)


def test_asvs_7_4_1_signing_out_ends_the_session_in_the_database(browser, here):
    token = here.token
    with frozen(MORNING):
        answer = here.post("/logout", page="/account")
        assert answer.location == "/login"
        thief = browser()
        thief.client.set_cookie("sunmao", token)
        assert not is_in(thief)
    assert here.token is None


def test_asvs_7_4_2_disabling_an_account_ends_it_on_the_next_request(here, make, member):
    make.administrator()
    with frozen(MORNING):
        assert is_in(here)
        with unit_of_work(OPERATOR) as session:
            services.set_user_active(session, member.id, active=False)
        assert not is_in(here)
        with unit_of_work(OPERATOR) as session:
            services.set_user_active(session, member.id, active=True)
        assert not is_in(here), "an old session does not come back to life"


def test_asvs_7_4_3_a_changed_password_ends_every_other_session(browser, here):
    with frozen(MORNING):
        other = browser()
        other.sign_in("wang")
        old = here.token
        answer = here.post(
            "/account/password",
            {
                "current": "three calm herons wait",
                "new_password": "seven loud kettles sing",
                "repeat": "seven loud kettles sing",
            },
        )
        assert answer.status_code == 303
        assert here.token != old
        assert is_in(here)
        assert not is_in(other)
        assert browser().sign_in("wang").status_code == 401
        assert browser().sign_in("wang", "seven loud kettles sing").status_code == 303


def test_asvs_7_5_2_a_user_lists_and_ends_own_sessions(browser, here):
    with frozen(MORNING):
        other = browser()
        other.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"
        other.sign_in("wang")
        page = here.get("/account/sessions").get_data(as_text=True)
        assert "Firefox 130" in page
        with read_only(OPERATOR) as session:
            ended = max(session.scalars(select(LoginSession.id)))
        here.post(f"/account/sessions/{ended}/end", page="/account/sessions")
        assert not is_in(other)
        assert is_in(here)


def test_ending_all_others_keeps_this_one(browser, here):
    with frozen(MORNING):
        others = [browser() for _ in range(2)]
        for other in others:
            other.sign_in("wang")
        here.post("/account/sessions/end-others", page="/account/sessions")
        assert [is_in(other) for other in others] == [False, False]
        assert is_in(here)


def test_somebody_elses_session_cannot_be_ended(here, browser, make):
    set_password(make.user("zhao"))
    with frozen(MORNING):
        victim = browser()
        victim.sign_in("zhao")
        with read_only(OPERATOR) as session:
            theirs = max(session.scalars(select(LoginSession.id)))
        answer = here.post(f"/account/sessions/{theirs}/end", page="/account/sessions")
        assert answer.status_code == 404
        assert is_in(victim)


def test_an_expired_session_on_a_get_leads_to_sign_in_and_back(here):
    with frozen(MORNING + timedelta(hours=3)):
        answer = here.get("/account/password")
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


def test_a_request_begins_with_one_statement_on_the_same_connection(here, statements):
    with frozen(MORNING), statements() as sent:
        assert is_in(here)
    identity = [text for text in sent if "core_login_session" in text]
    assert len(identity) == 1
    assert sent[0] == identity[0]
    for table in ("core_user", "core_employee", "core_epoch"):
        assert table in identity[0]


def test_static_files_cost_no_statement(here, app, statements):
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("theme.css")
    with statements() as sent:
        assert here.get(address).status_code == 200
    assert sent == []


def test_a_must_change_password_opens_nothing_but_its_page(browser, make):
    user = make.user("new")
    set_password(user, must_change=True)
    here = browser()
    here.sign_in("new")
    assert here.get("/account").location == "/account/password"
    answer = here.post("/account/sessions/end-others", page="/account/password")
    assert answer.status_code == 403
    here.post(
        "/account/password",
        {
            "current": "three calm herons wait",
            "new_password": "seven loud kettles sing",
            "repeat": "seven loud kettles sing",
        },
    )
    assert is_in(here)


def test_the_actor_and_current_user_are_the_one_who_signed_in(app, here, member):
    seen = {}

    def look(response):
        from flask import g
        from flask_login import current_user

        from core.actor import current_actor

        seen.update(actor=current_actor(), g=g.actor, user=getattr(current_user, "id", None))
        return response

    app.after_request_funcs[None].append(look)
    try:
        with frozen(MORNING):
            here.get("/account")
    finally:
        app.after_request_funcs[None].remove(look)
    assert seen["actor"] == seen["g"]
    assert seen["actor"].user_id == seen["user"] == member.id
    assert seen["actor"].employee_id == member.employee_id


def test_the_version_of_the_rights_comes_with_the_identity_and_is_not_asked_for_again(
    here, statements
):
    with frozen(MORNING), statements() as sent:
        assert here.get("/account").status_code == 200
    about = [one for one in sent if "rights_version" in one]
    assert len(about) == 1, about
