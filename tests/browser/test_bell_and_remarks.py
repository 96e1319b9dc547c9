"""A remark with a name picked behind @, and the bell of the person it means, in both languages."""

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(make):
    room = make.unit("市场开拓室")
    ann = make.user("ann", employee=make.employee("张伟", unit=room))
    head = make.user("head", employee=make.employee("李娜", unit=room), heads=room)
    return ann, head, make.customers.customer("远洋国际航空", manager=make.person_of(ann))


LOOKS = [
    ("zh-CN", {"width": 1280, "height": 800}, "通知，1 条未读", "全部通知", "提到了您"),
    (
        "en",
        {"width": 390, "height": 844},
        "Notifications, 1 unread",
        "All notifications",
        "mentioned you",
    ),
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_name_is_picked_by_keys_and_its_bell_leads_to_the_remark(browse, scene, look):
    locale, viewport, bell, every, said = look
    ann, head, customer = scene
    writing = browse(ann, locale=locale, viewport=viewport)
    writing.goto(f"/customers/{customer}")
    area = writing.locator("#remark")
    area.press_sequentially("请 @李")
    writing.wait_for_selector("#people [role=option]")
    area.press("Enter")
    assert area.input_value() == "请 @李娜 "
    area.press_sequentially("看一下")
    with writing.expect_navigation():
        writing.locator("form.remark button").click()
    assert writing.locator(".hist .at").inner_text() == "@李娜"

    reading = browse(head, locale=locale, viewport=viewport)
    reading.goto("/")
    reading.get_by_role("button", name=bell).click()
    entry = reading.locator("#bell-menu a.news")
    entry.wait_for()
    assert said in entry.inner_text()
    assert "远洋国际航空" in entry.inner_text()
    shown = reading.locator(".hist time, #bell-menu time").first.inner_text()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", shown)
    assert every in reading.locator("#bell-menu").inner_text()
    reading.keyboard.press("Escape")
    assert reading.locator("#bell-menu").count() == 0
    reading.keyboard.press("Enter")  # the bell has the focus again
    entry.wait_for()
    entry.click()
    reading.wait_for_url(re.compile(rf"/customers/{customer}#remark-\d+$"))
    assert reading.locator("[data-bell] .dot").count() == 0
    width = reading.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]


def test_without_a_script_the_bell_leads_to_the_list_and_a_remark_is_a_form(browse, scene):
    ann, head, customer = scene
    writing = browse(ann, java_script_enabled=False)
    writing.goto(f"/customers/{customer}")
    writing.fill("#remark", "@head 请看")
    writing.locator("form.remark button").click()
    assert "@head" in writing.locator(".hist .say").first.inner_text()
    reading = browse(head, java_script_enabled=False)
    reading.goto("/")
    reading.locator("[data-bell] a").click()
    reading.wait_for_url("**/notifications/")
    reading.locator("table a.key").first.click()
    reading.wait_for_url(re.compile(rf"/customers/{customer}#remark-\d+$"))
