"""What somebody typed is kept when the session was over, and only for that user."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from core.actor import system_actor
from core.clock import frozen
from tests.core.accounts.account_browser import set_password

OPERATOR = system_actor("session test")
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def here(browser, member):
    found = browser()
    with frozen(MORNING):
        found.sign_in("wang")
    return found


def test_an_expired_session_on_a_post_keeps_what_was_typed(here):
    with frozen(MORNING):
        page = here.get("/account").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"csrf_token": token, "note": '第一行 "x" <b>', "password": "not kept"}
    with frozen(MORNING + timedelta(hours=3)):
        late = here.client.post("/account/sessions/end-others", data=typed)
        assert late.status_code == 401
        body = late.get_data(as_text=True)
        kept = body.split('name="kept" value="')[1].split('"')[0]
        again = here.sign_in("wang", kept=kept)
        shown = again.get_data(as_text=True)
        assert again.status_code == 200
        assert 'action="/account/sessions/end-others"' in shown
        assert 'name="note" value="第一行 &#34;x&#34; &lt;b&gt;"' in shown
        assert "not kept" not in shown
        assert "文件" not in shown
        assert token not in shown
        assert here.get("/account").status_code == 200


def test_what_was_typed_is_never_offered_to_somebody_else(here, browser, make):
    set_password(make.user("zhao"))
    with frozen(MORNING):
        page = here.get("/account").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    with frozen(MORNING + timedelta(hours=3)):
        late = here.client.post(
            "/account/sessions/end-others", data={"csrf_token": token, "note": "private"}
        )
        kept = late.get_data(as_text=True).split('name="kept" value="')[1].split('"')[0]
        assert here.sign_in("zhao", kept=kept).location == "/"


def test_a_form_from_another_site_is_not_kept(here):
    with frozen(MORNING):
        page = here.get("/account").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    with frozen(MORNING + timedelta(hours=3)):
        late = here.client.post(
            "/account/sessions/end-others",
            data={"csrf_token": token, "note": "planted"},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
    assert late.status_code == 400
    assert 'name="kept"' not in late.get_data(as_text=True)


def test_what_was_typed_is_kept_as_well_when_the_session_was_ended_elsewhere(here, browser):
    with frozen(MORNING):
        page = here.get("/account").get_data(as_text=True)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        elsewhere = browser()
        elsewhere.sign_in("wang")
        elsewhere.post("/account/sessions/end-others", page="/account/sessions")
        late = here.client.post(
            "/account/sessions/end-others",
            data={"csrf_token": token, "note": "typed", "file": (io.BytesIO(b"x"), "a.csv")},
        )
        body = late.get_data(as_text=True)
        assert late.status_code == 401
        shown = here.sign_in("wang", kept=body.split('name="kept" value="')[1].split('"')[0])
        assert 'name="note" value="typed"' in shown.get_data(as_text=True)
        assert "文件" in shown.get_data(as_text=True)


def token_of(page):
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def without_session(here):
    """Lose the cookie of the session, as a browser that was closed does, but not the forms' one."""
    here.client.delete_cookie("sunmao")


def test_what_was_typed_is_kept_when_the_browser_lost_its_session(here):
    with frozen(MORNING):
        token = token_of(here.get("/account").get_data(as_text=True))
        without_session(here)
        late = here.client.post(
            "/account/sessions/end-others", data={"csrf_token": token, "note": "第一行"}
        )
        assert late.status_code == 401
        kept = late.get_data(as_text=True).split('name="kept" value="')[1].split('"')[0]
        shown = here.sign_in("wang", kept=kept).get_data(as_text=True)
    assert 'name="note" value="第一行"' in shown
    assert 'action="/account/sessions/end-others"' in shown


def test_such_a_form_is_offered_in_the_same_browser_only(here, browser, make):
    set_password(make.user("zhao"))
    with frozen(MORNING):
        token = token_of(here.get("/account").get_data(as_text=True))
        without_session(here)
        late = here.client.post(
            "/account/sessions/end-others", data={"csrf_token": token, "note": "planted"}
        )
        kept = late.get_data(as_text=True).split('name="kept" value="')[1].split('"')[0]
        elsewhere = browser()
        assert elsewhere.sign_in("zhao", kept=kept).location == "/"


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://elsewhere.example"}, False),
        ({}, False),  # whoever says nothing may be anybody
    ],
)
def test_without_any_cookie_what_was_typed_is_shown_to_be_copied(here, headers, shown):
    with frozen(MORNING):
        token = token_of(here.get("/account").get_data(as_text=True))
        without_session(here)
        here.client.delete_cookie("csrf")
        late = here.client.post(
            "/account/sessions/end-others",
            data={"csrf_token": token, "note": "第一行", "password": "secret-word"},
            headers=headers,
        )
    page = late.get_data(as_text=True)
    assert late.status_code == 400
    assert ("第一行" in page) is shown
    assert "secret-word" not in page
