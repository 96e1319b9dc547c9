"""Files come and go on a record's page, in both languages, with and without a script."""

import re

import pytest

from tests.browser.stage import PICTURE

pytestmark = pytest.mark.browser
TABLE = {"name": "报价 2026.xlsx", "mimeType": "text/html", "buffer": b"<script>alert(1)</script>"}
IMAGE = {"name": "现场.png", "mimeType": "image/png", "buffer": PICTURE}


@pytest.fixture
def scene(make):
    ann = make.user("ann", employee=make.employee("张伟", unit=make.unit("市场开拓室")))
    return ann, make.customers.customer("远洋国际航空", manager=make.person_of(ann))


@pytest.mark.parametrize("scripted", [True, False])
def test_files_are_uploaded_seen_downloaded_and_deleted_in_chinese(browse, scene, scripted):
    ann, customer = scene
    page = browse(
        ann, locale="zh-CN", viewport={"width": 1280, "height": 800}, java_script_enabled=scripted
    )
    page.goto(f"/customers/{customer}")
    page.get_by_role("link", name="附件 0").click()
    assert "还没有附件。" in page.locator("main").inner_text()
    page.set_input_files("#files", [TABLE, IMAGE])
    page.get_by_role("button", name="上传").click()
    page.wait_for_url(re.compile("tab=attachments"))
    assert page.locator(".files li").count() == 2
    assert "已上传 2 个附件。" in page.locator("body").inner_text()
    assert "上传了附件" in page.locator(".hist").inner_text()
    image = page.locator(".files img")
    image.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.files img').complete") if scripted else None
    assert image.evaluate("one => one.naturalWidth") == 2
    with page.expect_download() as found:
        page.get_by_role("link", name="下载 报价 2026.xlsx").click()
    assert found.value.suggested_filename == "报价 2026.xlsx"
    page.get_by_role("link", name="删除「报价 2026.xlsx」").click()
    page.get_by_role("button", name="删除").click()
    page.wait_for_url(re.compile("tab=attachments"))
    assert "附件已删除。" in page.locator("body").inner_text()
    assert page.locator(".files li").count() == 1


def test_files_dropped_on_the_form_are_sent(browse, scene):
    ann, customer = scene
    page = browse(ann, locale="en", viewport={"width": 390, "height": 844})
    page.goto(f"/customers/{customer}?tab=attachments")
    with page.expect_navigation():
        page.evaluate(
            """() => {
              const data = new DataTransfer();
              data.items.add(new File(['x'], 'a.txt'));
              data.items.add(new File(['y'], 'b.txt'));
              const form = document.querySelector('form.drop');
              for (const type of ['dragover', 'drop']) {
                const options = {bubbles: true, cancelable: true, dataTransfer: data};
                form.dispatchEvent(new DragEvent(type, options));
              }
            }"""
        )
    assert page.locator(".files .what > a").all_inner_texts() == ["b.txt", "a.txt"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
