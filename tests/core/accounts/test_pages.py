"""The pages of accounts through the browser, and the commands."""

import re

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.actor import system_actor
from core.cli.users import user as user_command
from core.unit_of_work import read_only
from tests.core.accounts.account_browser import set_password

OPERATOR = system_actor("pages test")
CHOSEN = "seven loud kettles sing"


@pytest.fixture
def admin(make, browser):
    set_password(make.administrator("boss"))
    here = browser()
    assert here.sign_in("boss").status_code == 303
    return here


def secret_in(page: str) -> str:
    return re.search(r"<code data-secret>([A-Z2-7-]+)</code>", page)[1]


def user_by_login(login: str) -> User | None:
    with read_only(OPERATOR) as session:
        return session.scalars(select(User).where(User.login == login)).one_or_none()


def test_an_administrator_makes_an_account_and_its_owner_chooses_the_password(admin, make, browser):
    person = make.employee("王芳")
    answer = admin.post("/admin/users/new", {"login": "wangf", "employee_id": person.id})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    owner = browser()
    data = {"login": "wangf", "secret": secret_in(page), "new_password": CHOSEN}
    differing = owner.post("/login/first", {**data, "repeat": "something else here"})
    assert differing.status_code == 422
    assert owner.post("/login/first", {**data, "repeat": CHOSEN}).status_code == 303
    profile = owner.get("/account").get_data(as_text=True)
    assert "王芳" in profile
    assert owner.get("/admin/users").status_code == 403


def test_the_list_shows_state_and_employee(admin, make):
    make.user("zhao", employee=make.employee("赵敏"))
    page = admin.get("/admin/users").get_data(as_text=True)
    assert "zhao" in page
    assert "赵敏" in page
    assert "zhao" not in admin.get("/admin/users?role=administrator").get_data(as_text=True)


@pytest.mark.parametrize("act", ["disable", "reset"])
def test_asking_to_disable_or_reset_says_what_happens_and_changes_nothing(
    admin, browser, member, act
):
    browser().sign_in("wang")
    before = user_by_login("wang")
    page = admin.get(f"/admin/users/{member.id}/{act}")
    words = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "<dt>1</dt>" in words  # the device that would be signed out
    assert 'name="csrf_token"' in words
    after = user_by_login("wang")
    assert (after.active, after.password_hash) == (before.active, before.password_hash)
    assert before.active
    assert before.password_hash is not None


def test_disabling_and_enabling_by_buttons(admin, make):
    user = make.user("zhao")
    admin.post(f"/admin/users/{user.id}/disable", page=f"/admin/users/{user.id}")
    assert not user_by_login("zhao").active
    admin.post(f"/admin/users/{user.id}/enable", page=f"/admin/users/{user.id}")
    assert user_by_login("zhao").active


def test_a_refusal_of_a_button_is_told_on_the_page(admin):
    own = user_by_login("boss").id
    answer = admin.post(
        f"/admin/users/{own}/disable", page=f"/admin/users/{own}", follow_redirects=True
    )
    assert "note-bad" in answer.get_data(as_text=True)
    assert user_by_login("boss").active


def test_the_history_names_who_signed_in_and_lists_no_hash_that_nobody_can_read(
    admin, browser, member
):
    browser().sign_in("wang")
    page = admin.get(f"/admin/users/{member.id}").get_data(as_text=True)
    history = page.partition("<aside")[2] or page
    assert "127.0.0.0/24" in history
    assert not re.search(r"<ins>[0-9a-f]{12}</ins>", page)


def test_asking_for_what_will_be_refused_says_why_and_offers_no_button(admin, make):
    own = user_by_login("boss").id
    page = admin.get(f"/admin/users/{own}/disable").get_data(as_text=True)
    assert "您不能停用自己的账号" in page
    assert "btn-bad" not in page
    other = make.administrator("second")
    assert "btn-bad" in admin.get(f"/admin/users/{other.id}/disable").get_data(as_text=True)


def test_reset_ends_the_sessions_and_gives_a_new_secret(admin, browser, member):
    here = browser()
    here.sign_in("wang")
    answer = admin.post(f"/admin/users/{member.id}/reset", page=f"/admin/users/{member.id}")
    secret = secret_in(answer.get_data(as_text=True))
    assert here.get("/account").status_code == 303
    assert browser().sign_in("wang").status_code == 401
    done = browser().post(
        "/login/first",
        {"login": "wang", "secret": secret, "new_password": CHOSEN, "repeat": CHOSEN},
    )
    assert done.status_code == 303


def test_editing_links_another_employee(admin, make):
    user, person = make.user("zhao"), make.employee("新人")
    shown = admin.get(f"/admin/users/{user.id}/edit").get_data(as_text=True)
    version = re.search(r'name="row_version" value="(\d+)"', shown)[1]
    answer = admin.post(
        f"/admin/users/{user.id}/edit", {"employee_id": person.id, "row_version": version}
    )
    assert answer.status_code == 303
    assert user_by_login("zhao").employee_id == person.id


def test_an_unknown_account_is_not_found(admin):
    assert admin.get("/admin/users/99999").status_code == 404


def test_the_wrong_present_password_changes_nothing(browser, member):
    here = browser()
    here.sign_in("wang")
    answer = here.post(
        "/account/password",
        {"current": "not my password", "new_password": CHOSEN, "repeat": CHOSEN},
    )
    assert answer.status_code == 422
    assert 'id="current-e"' in answer.get_data(as_text=True)
    assert browser().sign_in("wang").status_code == 303


def test_password_fields_tell_password_managers_what_they_are(browser, member):
    page = browser().get("/login").get_data(as_text=True)
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    first = browser().get("/login/first").get_data(as_text=True)
    assert first.count('autocomplete="new-password"') == 2
    assert "onpaste" not in page + first


@pytest.mark.parametrize(("locale", "words"), [("zh_Hans_CN", "登录"), ("en", "Sign in")])
def test_the_sign_in_page_speaks_both_languages(browser, app, locale, words):
    here = browser()
    here.client.set_cookie("locale", locale)
    assert f'<h1 id="lg">{words}</h1>' in here.get("/login").get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/account", "/account/password", "/account/sessions", "/login", "/login/first"]
)
def test_nothing_is_inline(browser, member, path):
    here = browser()
    if path.startswith("/account"):
        here.sign_in("wang")
    page = here.get(path).get_data(as_text=True)
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son[a-z]+=", page)


def run(app, *arguments):
    return app.test_cli_runner().invoke(user_command, arguments)


def test_the_first_administrator_comes_from_the_command_line(app, browser):
    result = run(app, "create-admin", "root.admin")
    assert result.exit_code == 0, result.output
    secret = re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){7}", result.output)[0]
    here = browser()
    done = here.post(
        "/login/first",
        {"login": "root.admin", "secret": secret, "new_password": CHOSEN, "repeat": CHOSEN},
    )
    assert done.status_code == 303
    assert here.get("/admin/users").status_code == 200


def test_commands_list_disable_enable_and_reset(app, make, member):
    make.administrator("boss")
    assert "wang" in run(app, "list").output
    assert run(app, "disable", "wang").exit_code == 0
    assert not user_by_login("wang").active
    assert run(app, "enable", "WANG").exit_code == 0
    assert user_by_login("wang").active
    assert run(app, "reset", "wang").exit_code == 0
    assert user_by_login("wang").password_hash is None


def test_commands_refuse_in_plain_words(app, make):
    make.administrator("boss")
    unknown = run(app, "disable", "nobody")
    last = run(app, "disable", "boss")
    assert (unknown.exit_code, last.exit_code) == (1, 1)
    assert "nobody" in unknown.output
    assert "Traceback" not in last.output
    assert user_by_login("boss").active
