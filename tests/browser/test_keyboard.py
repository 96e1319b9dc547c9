"""Everything can be done by keyboard alone, and one always sees where the focus is.

Requirement: no action needs a pointer; the focus is visible, in order, never trapped (WCAG 2.1.1,
2.1.2, 2.4.1, 2.4.3, 2.4.7, 2.4.11).
"""

import re

import pytest

from core.testing.canaries import seed
from tests.browser.keyboard import STILL, has_focus, tab_to, walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),  # keys are alike on both
]
PASSWORD = "a long enough sentence for a test"
PHONE = {"width": 390, "height": 844}
PAGES = {
    "start": "/",
    "list": "/customers/?size=20",
    "grouped": "/customers/?group=grade",
    "record": "/customers/1?list=sort%3Dname",
    "files": "/customers/1?tab=attachments",
    "form": "/customers/new",
    "pipeline": "/customers/pipeline",
    "add-ons": "/admin/addons",
    "preview": "/admin/addon/customers/disable",
    "import": "/imports/new/customers.customer",
    "settings": "/admin/settings/customers",
    "account": "/account",
    "sign-in": "/login",
}


@pytest.fixture
def ann(make):
    """Make a head of a room with accounts, who administers too and may so open every page."""
    room = make.unit("市场开拓室")
    user = make.user("ann", heads=room, administrator=True, password=PASSWORD)
    make.user("bob", employee=make.employee("王雪梅", unit=room))
    seed(make.person_of(user), "canary")
    for number in range(6):
        make.customers.customer(
            f"客户 {number}", manager=make.person_of(user), grade="AB"[number % 2]
        )
    return user


@pytest.fixture
def page(browse, ann):
    return browse(ann, **STILL)


@pytest.mark.parametrize("name", PAGES)
def test_tab_leads_through_everything_in_order_and_in_sight(browse, ann, name):
    page = browse(None if name == "sign-in" else ann, **STILL)
    page.goto(PAGES[name])
    found = walk(page)
    assert not found.complaints, "\n".join(found.complaints)
    assert found.stops > 3


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("name", ["start", "list", "record", "form"])
def test_a_narrow_page_is_walked_both_ways_and_its_bars_hide_nothing(browse, ann, name, key):
    page = browse(ann, viewport=PHONE, **STILL)
    page.goto(PAGES[name])
    found = walk(page, key)
    assert not found.complaints, "\n".join(found.complaints)


@pytest.mark.parametrize("name", ["list", "form"])
def test_a_wide_page_is_walked_backwards_below_its_fixed_rows(page, name):
    page.goto(PAGES[name])
    found = walk(page, "Shift+Tab")
    assert not found.complaints, "\n".join(found.complaints)


def test_the_walk_notices_what_it_is_for(page):
    page.goto("/customers/new")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync('#name:focus { outline: 0; box-shadow: none }');
          document.adoptedStyleSheets = [sheet];
          document.querySelector('#name_en').tabIndex = -1;
          document.querySelector('#region').tabIndex = 3;
        }"""
    )
    said = "\n".join(walk(page).complaints)
    assert re.search(r'looks as without the focus: .*id="name"', said)
    assert re.search(r'never reached: .*id="name_en"', said)
    assert re.search(r'out of order: .*id="region"', said)


def test_the_skip_link_is_first_and_leads_past_the_menus(page):
    page.goto("/customers/")
    page.keyboard.press("Tab")
    assert has_focus(page, "a.skip")
    box = page.locator("a.skip").bounding_box()
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert has_focus(page, "#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


MENUS = {
    "new": ("/", ".topbar summary.iconbtn"),
    "account": ("/", "summary.me"),
    "export": ("/customers/", ".head details.menu > summary"),
    "view": ("/customers/", ".tabs-row details.menu > summary"),
    "group": ("/customers/", ".toolbar details.menu > summary"),
}


@pytest.mark.parametrize("menu", MENUS)
def test_a_menu_opens_is_walked_and_gives_the_focus_back(page, menu):
    path, summary = MENUS[menu]
    page.goto(path)
    tab_to(page, summary)
    page.keyboard.press("Enter")
    assert page.locator("details.menu[open]").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details[open]') !== null")
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert has_focus(page, summary)


def test_the_bell_and_the_command_box_give_the_focus_back(page):
    page.goto("/")
    tab_to(page, "[data-bell] a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#bell-menu .menu-end a")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#bell-menu') !== null")
    page.keyboard.press("Escape")
    assert page.locator("#bell-menu").count() == 0
    assert has_focus(page, "[data-bell] a")
    page.keyboard.press("Control+k")
    assert has_focus(page, "#finder input")
    for _turn in range(4):  # the focus goes round inside, behind the box nothing is reached
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('#finder') !== null"
        )
    page.keyboard.press("Escape")
    assert page.locator("#finder[open]").count() == 0
    assert has_focus(page, "[data-bell] a")


def test_the_drawer_and_the_filters_of_a_phone_open_and_close(browse, ann):
    page = browse(ann, viewport=PHONE, **STILL)
    page.goto("/customers/")
    opener = ".topbar [data-bs-toggle=offcanvas]"
    tab_to(page, opener)
    page.keyboard.press("Enter")
    page.wait_for_selector("#side.show:not(.showing)")
    page.wait_for_selector("#side:focus-within")
    tab_to(page, "#side a[href='/customers/opportunities']")
    page.keyboard.press("Escape")
    page.wait_for_selector(f"{opener}:focus")
    assert page.locator("#side").is_hidden()
    tab_to(page, "[data-open-facets]")
    page.keyboard.press("Enter")
    tab_to(page, "#facets input[name=grade]")
    page.keyboard.press("Space")
    tab_to(page, "#facets button")
    page.keyboard.press("Enter")
    page.wait_for_url("**grade=*")


def test_a_second_tick_needs_no_second_walk_through_the_page(page):
    page.goto("/customers/")
    tab_to(page, "#facets input[name=grade][value=A]")
    page.keyboard.press("Space")
    page.wait_for_url("**grade=A*")
    page.wait_for_selector("input[name=grade][value=A]:focus")
    tab_to(page, "#facets input[name=grade][value=B]")
    page.keyboard.press("Space")
    page.wait_for_url("**grade=A&grade=B*")
    assert page.locator(".searchbox .chip").count() == 1


def test_the_main_job_by_keys_alone(browse, ann, make):
    page = browse(**STILL)
    page.goto("/login")
    if not has_focus(page, "input[name=login]"):
        tab_to(page, "input[name=login]")
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/$"))

    page.keyboard.press("Control+k")
    page.keyboard.type("客户 3")
    page.wait_for_selector("#finder [role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text-is('客户 3')")

    tab_to(page, ".head a[href$='/edit']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit")
    tab_to(page, "select[name=grade]")
    page.keyboard.press("c")
    tab_to(page, "input[name=region]")
    page.keyboard.type("华南")
    page.keyboard.press("Enter")
    page.wait_for_selector(".grade:text-is('C')")
    assert "华南" in page.locator("dl.facts").inner_text()


def test_an_account_is_ticked_and_handed_over_by_keys_alone(page, make):
    page.goto("/customers/?q=客户&sort=name")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("tr.is-on").count() == 1
    tab_to(page, "button[formaction*='hand-over']", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/hand-over*")
    field = tab_to(page, "#to_employee_id")
    if field.get_attribute("role") == "combobox":
        page.keyboard.type("王雪梅")
        page.keyboard.press("Enter")
    else:
        page.keyboard.type("王")
        while "王雪梅" not in page.locator("#to_employee_id option:checked").inner_text():
            page.keyboard.press("ArrowDown")
    tab_to(page, "textarea[name=reason]")
    page.keyboard.type("New split")
    tab_to(page, "form.panel button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/\?"))
    assert "王雪梅" in page.locator("tbody tr").first.inner_text()
