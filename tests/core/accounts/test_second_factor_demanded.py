"""Administrators may have to have a second factor: at the next request, by the same gate as passwords."""

from datetime import UTC, datetime, timedelta

import pytest

from core.accounts import second_factor as service
from core.accounts.models import User
from core.accounts.password_change import store_password
from core.clock import frozen
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import OPERATOR, set_up

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HERE = "/account/second-factor"
TOKEN = {"name": "robot", "days": "7", "scopes": ["core.notification:query"]}


def after(**time):
    return frozen(NOON + timedelta(**time))


def has_one(user):
    with read_only(OPERATOR) as session:
        return service.is_enrolled(session, user.id)


@pytest.fixture
def demanded(app):
    with unit_of_work(OPERATOR) as session:
        set_value(session, service.FOR_ADMINISTRATORS, True)


def test_administrators_may_have_to_set_one_up_before_anything_else(browser, boss, demanded):
    here = browser()
    here.sign_in("boss")
    for path in ("/", "/account", "/account/tokens", "/admin/users"):
        assert here.get(path).location == HERE
    page = here.get(HERE)
    assert page.status_code == 200
    assert (
        here.client.post("/account/tokens/new", data={"csrf_token": token(page)}).status_code == 403
    )
    with after():
        phone = set_up(here)
        assert here.get("/admin/users").status_code == 200
        assert here.post(f"{HERE}/off", {"password": PASSWORD}).status_code == 422
    with after(minutes=1):
        given = {"password": PASSWORD, "password-code": phone.shows(), "csrf_token": token(page)}
        assert here.client.post(f"{HERE}/off", data=given).status_code == 422
    assert has_one(boss)


def token(page):
    return page.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]


def test_the_setting_is_obeyed_at_the_next_request(browser, boss, member, make):
    here, other = browser(), browser()
    here.sign_in("boss")
    other.sign_in("wang")
    with unit_of_work(OPERATOR) as session:
        set_value(session, service.FOR_ADMINISTRATORS, True)
    assert here.get("/").location == HERE
    assert other.get("/").status_code == 200, "it is asked of administrators alone"


def test_tokens_of_administrators_without_one_wait_as_well(browser, boss, app):
    here = browser()
    here.sign_in("boss")
    made = here.post("/account/tokens/new", TOKEN | {"password": PASSWORD}).get_data(as_text=True)
    secret = made.split("data-secret>")[1].split("<")[0]
    bearer = {"Authorization": f"Bearer {secret}"}
    client = app.test_client()
    assert client.get("/api/v1/", headers=bearer).status_code != 403
    with unit_of_work(OPERATOR) as session:
        set_value(session, service.FOR_ADMINISTRATORS, True)
    assert client.get("/api/v1/", headers=bearer).status_code == 403


def test_the_password_that_must_change_comes_first(browser, boss, demanded):
    with unit_of_work(OPERATOR) as session:
        user = session.get_one(User, boss.id)
        store_password(session, user, user.password_hash, must_change=True)
    here = browser()
    here.sign_in("boss")
    assert here.get(HERE).location == "/account/password"
    chosen = "seven loud kettles sing"
    given = {"current": PASSWORD, "new_password": chosen, "repeat": chosen}
    assert here.post("/account/password", given).status_code == 303
    assert here.get("/account").location == HERE


@pytest.mark.parametrize("who", ["wang", "boss"])
def test_asking_for_it_costs_no_statement(browser, member, boss, statements, who):
    here = browser()
    here.sign_in(who)
    for _time in range(2):
        here.get("/account/sessions")
    with statements() as found:
        assert here.get("/account/sessions").status_code == 200
    told = [one for one in found if "core_second_factor" in one or "core_setting" in one]
    assert len(told) == 1, told
    assert "core_login_session.token_hash" in told[0], "the one that asks who it is"
