"""The command box and pickers by keyboard, with an input method, and without any script."""

import pytest

from core.testing.canaries import seed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
OPTIONS = "#finder [role=option]"
COMPOSE = """([selector, text, type]) => {
  const field = document.querySelector(selector);
  if (type === 'start') { field.dispatchEvent(new CompositionEvent('compositionstart')); }
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { isComposing: true, bubbles: true }));
  if (type === 'end') { field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true })); }
}"""
KEY = """([selector, key]) => {
  const field = document.querySelector(selector);
  const pressed = new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true });
  return field.dispatchEvent(pressed);
}"""


@pytest.fixture
def manager(make):
    user = make.user("ann")
    seed(make.person_of(user), "canary")
    return user


def opened(page, key: str = "Control+k"):
    page.keyboard.press(key)
    page.wait_for_selector("#finder[open]")
    return page.locator("#finder input")


def marked(page) -> str:
    """Return the words of the option that a screen reader is told of."""
    return page.evaluate(
        """() => {
          const field = document.querySelector('#finder input');
          const option = document.getElementById(field.getAttribute('aria-activedescendant'));
          return option ? option.textContent : '';
        }"""
    )


@pytest.mark.parametrize("key", ["Control+k", "Meta+k"])
def test_a_record_is_opened_without_touching_the_mouse(browse, manager, key):
    page = browse(manager)
    page.goto("/")
    field = opened(page, key)
    assert field.evaluate("e => e === document.activeElement")
    page.keyboard.type("canary account")
    page.wait_for_selector(OPTIONS)
    assert page.inner_text("#finder [role=status]").startswith("找到")
    first = marked(page)
    assert first
    page.keyboard.press("ArrowDown")
    assert marked(page) != first
    page.keyboard.press("ArrowUp")
    assert marked(page) == first
    assert page.locator(f"{OPTIONS}[aria-selected=true]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    assert "canary" in page.inner_text("h1")


def test_escape_closes_and_gives_the_focus_back(browse, manager):
    page = browse(manager)
    page.goto("/customers/")
    page.focus("main input[name=q]")
    opened(page)
    page.keyboard.press("Escape")
    assert not page.locator("#finder[open]").count()
    assert page.evaluate("() => document.activeElement.closest('main') !== null")


def test_a_click_opens_it_and_a_menu_page_is_found_by_initials(browse, manager):
    page = browse(manager)
    page.goto("/")
    page.click("[data-finder] button")
    page.keyboard.type("sj")
    page.wait_for_selector(OPTIONS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/opportunities")


def test_enter_before_the_answer_leads_to_the_page_of_results(browse, manager):
    page = browse(manager)
    page.goto("/")
    opened(page)
    page.context.route("**/api/v1/search*", lambda route: None)  # never answered
    page.keyboard.type("canary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=canary")
    assert page.locator("main .items a").count() > 2


def test_an_input_method_is_left_alone_until_it_is_done(browse, manager):
    page = browse(manager)
    page.goto("/")
    opened(page)
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/api/v1/search" in one.url else None)
    page.evaluate(COMPOSE, ["#finder input", "shang", "start"])
    page.wait_for_timeout(400)
    assert not asked
    assert page.evaluate(KEY, ["#finder input", "Enter"]), "Enter belongs to the input method"
    page.evaluate(COMPOSE, ["#finder input", "商机", "end"])
    page.wait_for_selector(OPTIONS)
    assert len(asked) == 1
    assert page.evaluate(KEY, ["#finder input", "ArrowDown"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/opportunities")


def test_only_the_last_word_is_asked_and_shown(browse, manager):
    page = browse(manager)
    page.goto("/")
    opened(page)
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/api/v1/search" in one.url else None)
    page.keyboard.type("canary", delay=20)
    page.wait_for_selector(OPTIONS)
    assert len(asked) == 1
    page.keyboard.type("zzz")
    page.wait_for_function("() => document.querySelector('#finder-list').hidden")
    assert "没有找到" in page.inner_text("#finder [role=status]")


def test_what_was_visited_stays_in_the_tab_and_goes_with_the_reader(browse, manager, make):
    page = browse(manager)
    page.goto("/customers/")
    page.click("main .dt tbody a.key")
    name = page.inner_text("h1")
    page.goto("/")
    opened(page)
    assert name in page.inner_text("#finder-list")
    assert page.evaluate("() => window.localStorage.length") == 0
    page.keyboard.press("Escape")
    page.click("details.menu .me")
    page.click("form[action$='/logout'] button, .menu-end button")
    page.wait_for_url("**/login*")
    assert page.evaluate("() => window.sessionStorage.length") == 0


def test_a_failed_search_says_so_and_enter_still_works(browse, manager):
    page = browse(manager)
    page.goto("/")
    opened(page)
    page.context.route("**/api/v1/search*", lambda route: route.abort())
    page.keyboard.type("canary")
    page.wait_for_function("() => document.querySelector('#finder [role=status]').textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=canary")


def test_without_script_the_field_leads_to_the_page(browse, manager):
    page = browse(manager, java_script_enabled=False)
    page.goto("/")
    assert not page.locator("#finder").is_visible()
    page.fill(".topbar input[name=q]", "canary")
    page.press(".topbar input[name=q]", "Enter")
    page.wait_for_url("**/search?q=canary")
    page.click("main .items a[href^='/customers/']")
    assert "canary" in page.inner_text("h1")
    phone = browse(manager, java_script_enabled=False, viewport={"width": 390, "height": 844})
    phone.goto("/")
    phone.click(".topbar .finder button")
    phone.wait_for_url("**/search?q=")


def test_the_menu_of_new_things_offers_what_the_reader_may(browse, manager):
    page = browse(manager)
    page.goto("/")
    page.click(".topbar summary[aria-label='新建…']")
    assert page.locator(".topbar details[open] a").all_inner_texts() == ["新建客户"]
    page.click(".topbar details[open] a")
    page.wait_for_url("**/customers/new")


@pytest.fixture
def crowd(make):
    unit = make.unit("Crowd")
    for number in range(31):
        make.employee(f"Person {number:02}", unit=unit)
    make.employee("张伟", unit=unit)
    return unit


def test_a_picker_of_many_is_searched_by_keyboard_and_sends_its_choice(browse, make, crowd):
    boss = make.administrator()
    page = browse(boss)
    page.goto("/admin/organisation/employees/new")
    field = page.locator("input[role=combobox][id=superior_id]")
    assert page.locator("select[name=superior_id]").is_hidden()
    field.focus()
    page.keyboard.type("zw")
    shown = page.locator(
        "#superior_id-value-list [role=option]:visible, .picker-list [role=option]:visible"
    )
    assert shown.count() == 1
    page.keyboard.press("Enter")
    assert "张伟" in field.input_value()
    assert page.evaluate("() => document.querySelector('select[name=superior_id]').value") != ""
    page.keyboard.press("ArrowDown")
    assert shown.count() > 30
    page.keyboard.type("nobody of this name")
    page.keyboard.press("Escape")
    assert "张伟" in field.input_value(), "what cannot be chosen is not kept"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert "张伟" not in field.input_value(), "the list opens at what is chosen"


def test_without_script_a_picker_is_a_select(browse, make, crowd):
    page = browse(make.administrator(), java_script_enabled=False)
    page.goto("/admin/organisation/employees/new")
    assert page.locator("select[name=superior_id]").is_visible()
    page.select_option(
        "select[name=superior_id]",
        label=page.locator("select[name=superior_id] option").nth(3).inner_text(),
    )


def test_an_act_of_the_account_is_done_at_once(browse, manager):
    page = browse(manager)
    page.goto("/customers/")
    opened(page)
    page.keyboard.type("深色")
    page.wait_for_selector(OPTIONS)
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-bs-theme=dark]")
    page.wait_for_load_state()  # the colour is there before the scripts, which hear the next key
    assert page.url.partition("?")[0].endswith("/customers/")
    opened(page)
    page.keyboard.type("退出")
    page.wait_for_selector(OPTIONS)
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=password]")
