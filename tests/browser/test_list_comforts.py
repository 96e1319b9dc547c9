"""Keys, selection, folding filters and saved views of a list, in Chinese, in a real browser."""

import re

import pytest

from tests.browser.inspection import too_wide

pytestmark = pytest.mark.browser


@pytest.fixture
def ann(make):
    user = make.user("ann", administrator=True)
    person = make.person_of(user)
    for number in range(25):
        make.customers.customer(f"客户 {number:02}", manager=person, grade="AB"[number % 2])
    return user


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def test_keys_move_tick_open_and_search(browse, ann):
    page = browse(ann)
    page.goto("/customers/?sort=name&size=20")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == "客户 01"
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("tr.is-on").count() == 1
    assert page.locator("[data-count]").inner_text() == "已选 1 条"
    page.keyboard.press("/")
    page.keyboard.type("jk/x")
    assert page.locator("#filter input[type=search]").input_value() == "jk/x"
    assert page.locator("tr.is-on").count() == 1  # keys are letters where somebody types
    page.locator("a.key").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*?list=*")
    assert page.locator("nav.walk").inner_text().strip() == "2 / 25"
    page.get_by_label("下一条").click()
    page.wait_for_selector("h1:text-is('客户 02')")


def test_the_selection_counts_takes_all_and_is_cleared(browse, ann):
    page = browse(ann)
    page.goto("/customers/?size=20")
    assert page.locator("[data-selection]").is_hidden()
    page.locator("tbody input[name=ids]").first.check()
    page.get_by_label("选择全部 25 条").check()
    assert (
        page.locator("[data-count]").inner_text() == "已选 25 条"
    )  # the five of the next page too
    assert page.locator("tbody input[name=ids]:checked").count() == 20
    page.locator("tbody input[name=ids]").first.uncheck()
    assert page.locator("[data-count]").inner_text() == "已选 19 条"
    assert not page.get_by_label("选择全部 25 条").is_checked()  # all is no longer meant
    page.get_by_label("取消选择").click()
    assert page.locator("[data-selection]").is_hidden()
    assert page.locator("tbody input:checked").count() == 0


def test_groups_fold_away_and_keys_pass_over_them(browse, ann):
    page = browse(ann)
    page.goto("/customers/?group=grade&sort=name")
    assert re.sub(r"\s+", " ", page.locator("tr.grp").first.inner_text().strip()) == "A 13 条"
    page.get_by_label("收起或展开：A").click()
    assert page.locator("tbody tr:visible a.key").count() == 12
    page.keyboard.press("j")
    assert focused(page) == "客户 01"


def test_a_view_is_saved_becomes_the_default_and_all_is_still_there(browse, ann):
    page = browse(ann)
    page.goto("/customers/?grade=A&group=stage")
    page.get_by_text("保存为视图").first.click()
    page.get_by_role("textbox", name="名称").fill("A 级重点")
    page.get_by_label("设为默认").check()
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_selector("ul.tabs a[aria-current=true]:has-text('A 级重点')")
    page.goto("/customers/")
    assert "grade=A" in page.url
    page.get_by_role("link", name="全部").click()
    page.wait_for_url("**/customers/?tab=all")
    assert page.locator("tbody a.key").count() == 25
    page.locator("#filter input[type=search]").press("Enter")
    page.wait_for_url("**/customers/?tab=all")  # an empty search is no reason for the default
    assert not too_wide(page)


def test_on_a_phone_filters_wait_for_the_button_and_can_be_reset(browse, ann):
    page = browse(ann, viewport={"width": 390, "height": 844})
    page.goto("/customers/")
    page.locator("[data-open-facets]").click()
    facets = page.locator("#facets")
    facets.get_by_label(re.compile("^A")).first.check()
    assert page.url.endswith("/customers/")
    facets.locator("select[name=group]").select_option("stage")
    facets.get_by_role("button", name="查询").click()
    page.wait_for_url("**grade=A*")
    assert page.locator("tr.grp").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not too_wide(page)
    page.locator("[data-open-facets]").click()
    page.get_by_role("link", name="重置").click()
    page.wait_for_url("**/customers/")


@pytest.mark.parametrize("width", [1280, 390])
def test_words_without_end_make_no_page_wider(browse, ann, make, width):
    key = make.customers.customer("长", manager=make.person_of(ann), region="x" * 90)
    page = browse(ann, viewport={"width": width, "height": 844})
    page.goto("/customers/?sort=-updated")
    assert page.get_by_text("x" * 90).count()  # a card on a phone leaves the column out
    assert not too_wide(page)
    page.goto(f"/customers/{key}/edit")
    page.locator("#region").fill("y" * 95)
    page.locator(".savebar button[type=submit]").click()
    page.wait_for_selector(f"ins:text-is('{'y' * 95}')")  # what changed, in the history beside
    assert not too_wide(page)
