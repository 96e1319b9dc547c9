import re

import pytest

from core.contributions import MenuItem
from core.web import navigation
from core.web.addresses import local_path


def token(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))[1]


@pytest.fixture
def administrator(make, login):
    return login(make.administrator())


def menu(page):
    side = page.get_data(as_text=True).partition('<div class="side')[2].partition("</nav>")[0]
    return re.findall(r'<li><a href="([^"]+)"', side)


def test_the_sidebar_shows_what_the_rights_allow(administrator, make, login):
    everybody = login(make.user("zhang"))
    assert "/admin/organisation" in menu(administrator.get("/"))
    plain = menu(everybody.get("/"))
    assert "/" in plain
    assert set(plain) < set(menu(administrator.get("/")))


def test_a_right_given_or_taken_shows_in_the_next_page(make, login, session_as, app):
    from core.access.policy import recompile
    from core.accounts.models import User
    from core.actor import system_actor

    user = make.user("li")
    client = login(user)
    before = menu(client.get("/"))
    with session_as(system_actor("test")) as session:
        session.get_one(User, user.id).is_administrator = True
        session.flush()
        recompile(session, [user.id])
    assert set(before) < set(menu(client.get("/")))


def test_the_page_is_marked_and_its_branch_opened(administrator):
    text = administrator.get("/admin/organisation/employees").get_data(as_text=True)
    assert re.search(r'href="/admin/organisation/employees" aria-current="page"', text)
    assert "/admin/organisation/employees" not in menu(administrator.get("/"))


def test_an_entry_whose_page_does_not_exist_is_left_out(app, monkeypatch, administrator):
    from core.addons.registry import Registry

    extra = MenuItem(title="Ghost", endpoint="ghost.index")
    real = Registry.menus
    monkeypatch.setattr(Registry, "menus", lambda self: (*real(self), extra))
    navigation._menus.clear()
    assert "Ghost" not in administrator.get("/").get_data(as_text=True)


def test_choices_follow_the_account_to_another_device(make, login):
    user = make.user("wang")
    here, there = login(user), login(user)
    for name, value in (("theme", "dark"), ("density", "compact"), ("locale", "en")):
        page = here.get("/")
        answer = here.post(
            "/preferences", data={"csrf_token": token(page), name: value, "next": "/?a=1"}
        )
        assert answer.status_code == 303
        assert answer.location == "/?a=1"
    text = there.get("/").get_data(as_text=True)
    assert 'data-bs-theme="dark"' in text
    assert 'data-density="compact"' in text
    assert 'lang="en"' in text
    assert "Workspace" in text


def test_a_choice_that_does_not_exist_is_refused(administrator):
    data = {"csrf_token": token(administrator.get("/")), "theme": "neon"}
    assert administrator.post("/preferences", data=data).status_code == 400


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "https://evil.example", "", None, "/a\nb", "a"]
)
def test_the_way_back_stays_on_this_site(address):
    assert local_path(address) == "/"
    assert local_path("/customers/?q=1") == "/customers/?q=1"


def test_the_start_page_greets_and_leads_on(administrator):
    text = administrator.get("/").get_data(as_text=True)
    assert "<h1>" in text
    assert "/admin/organisation" in text


def test_every_icon_that_pages_name_is_drawn():
    from core.web.static_files import HERE
    from tests.house.source import template_files

    drawn = set(re.findall(r'<symbol id="([^"]+)"', (HERE / "icons.svg").read_text()))
    named = {
        name
        for file in template_files()
        for name in re.findall(r'icon\("([a-z-]+)"', file.read_text(encoding="utf-8"))
    }
    assert named <= drawn
    assert named
