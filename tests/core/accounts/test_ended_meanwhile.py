"""A session or token that ends while a request is on its way stores nothing any more."""

from threading import Thread

import pytest

from core.accounts import password_change, sign_in
from core.accounts import second_factor as service
from core.accounts.identity import load_identity, load_token
from core.accounts.models import ApiToken, LoginSession, User
from core.accounts.services import end_sessions_of, set_user_active
from core.accounts.sessions import digest, idle_limit
from core.actor import system_actor
from core.errors import SignInFirst
from core.testing.client import sign_in_cookie, token_headers
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import set_up

SYSTEM = system_actor("test")
NEW = "seven loud kettles sing"


def owner_enrols(app, browser):
    """Let the owner set a phone up in a browser of their own, while another request hangs."""

    def work():
        with app.app_context():
            here = browser()
            here.sign_in("wang")
            set_up(here)

    thread = Thread(target=work)
    thread.start()
    thread.join()


def test_a_password_is_not_changed_by_a_session_that_ended_meanwhile(
    app, browser, member, monkeypatch
):
    thief = browser()
    thief.sign_in("wang")
    hashing = password_change.hash_password

    def slow(password):
        owner_enrols(app, browser)
        return hashing(password)

    monkeypatch.setattr(password_change, "hash_password", slow)
    said = thief.post(
        "/account/password", {"current": PASSWORD, "new_password": NEW, "repeat": NEW}
    )
    assert said.status_code == 401
    assert thief.get("/account").status_code == 303
    with read_only(SYSTEM) as session:
        assert service.is_enrolled(session, member.id)
        mine = session.query(LoginSession).filter_by(user_id=member.id, ended_at=None)
        assert mine.count() == 1  # the owner's


def test_no_token_is_made_by_a_session_that_ended_meanwhile(app, browser, member, monkeypatch):
    thief = browser()
    thief.sign_in("wang")
    checking, done = sign_in.verify_password, []

    def slow(stored, password):
        right = checking(stored, password)
        if not done:
            done.append(1)
            owner_enrols(app, browser)
        return right

    page = {"name": "robot", "days": "7", "scopes": ["core.notification:query"],
            "password": PASSWORD}  # fmt: skip
    thief.get("/account/tokens/new")
    monkeypatch.setattr(sign_in, "verify_password", slow)
    assert thief.post("/account/tokens/new", page).status_code == 401
    with read_only(SYSTEM) as session:
        assert session.query(ApiToken).count() == 0


def acting(app, user, kind):
    """Return the actor of a request of this user that is on its way."""
    if kind == "session":
        token = sign_in_cookie(app, user)["value"]
        with read_only(SYSTEM) as session:
            return load_identity(session.connection(), digest(token), idle_limit()).actor
    secret = token_headers(user)["Authorization"].partition(" ")[2]
    with read_only(SYSTEM) as session:
        return load_token(session.connection(), digest(secret)).actor


def enders(user):
    def off():
        with unit_of_work(SYSTEM) as session:
            set_user_active(session, user.id, active=False)

    def every():
        with unit_of_work(SYSTEM) as session:
            session.get_one(User, user.id).session_version += 1

    def devices():
        with unit_of_work(SYSTEM) as session:
            end_sessions_of(session, user.id)

    return {"account off": off, "all at once": every, "devices": devices}


@pytest.mark.parametrize("kind", ["session", "token"])
@pytest.mark.parametrize("how", ["account off", "all at once", "devices", "expired"])
def test_whatever_ends_it_writing_is_refused_and_reading_goes_on(app, make, frozen, kind, how):
    user = make.user("ann")
    actor = acting(app, user, kind)
    rewrite(actor, "dark")
    if how == "expired":
        with frozen(actor.held.expires_at), pytest.raises(SignInFirst):
            rewrite(actor, "light")
        return
    enders(user)[how]()
    if (kind, how) == ("token", "devices"):  # devices are sessions; tokens are none
        rewrite(actor, "light")
        return
    with pytest.raises(SignInFirst):
        rewrite(actor, "light")
    with read_only(actor) as session:
        assert session.get_one(User, user.id).theme == "dark"


def rewrite(actor, theme):
    with unit_of_work(actor) as session:
        session.get_one(User, actor.user_id).theme = theme


def test_it_costs_no_statement_of_its_own(app, make, statements):
    user = make.user("ann")
    actor = acting(app, user, "session")
    rewrite(actor, "dark")
    with statements() as with_session:
        rewrite(actor, "light")
    with statements() as without:
        rewrite(make.actor(user), "dark")
    assert len(with_session) == len(without)
