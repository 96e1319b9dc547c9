"""Changing a cell of a list where it stands, by pointer and by keys, in a real browser."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.customers.models import Customer, Opportunity
from core.accounts.models import User
from core.audit.queries import history
from core.unit_of_work import unit_of_work
from tests.browser.inspection import too_wide

pytestmark = pytest.mark.browser


@pytest.fixture
def ann(make):
    user = make.user("ann", administrator=True)
    person = make.person_of(user)
    for number in range(3):
        key = make.customers.customer(f"客户 {number}", manager=person, grade="B", region="华东")
        make.customers.opportunity(key, f"商机 {number}", value=Decimal(10_000))
    return user


@pytest.fixture
def stored(make, ann):
    """Return what is stored of the first row's record."""

    def read(model, name):
        with unit_of_work(make.actor(ann)) as session:
            return getattr(session.scalars(select(model).order_by(model.id)).first(), name)

    return read


@pytest.fixture
def page(browse, ann):
    opened = browse(ann)
    opened.goto("/customers/?sort=name")
    return opened


def cell(page, place, row=0):
    return page.locator("tbody tr").nth(row).locator("td.ed").nth(place)


def test_a_click_a_choice_and_the_cell_holds_it(page, ann, stored, make):
    cell(page, 0).click()
    page.locator("form.quick select").select_option("A")
    page.wait_for_selector("td.ed-done")
    assert cell(page, 0).inner_text() == "A"
    assert page.locator("p[role=status]").first.inner_text() == "已保存。"
    assert page.evaluate("document.activeElement.textContent") == "客户 0"
    assert stored(Customer, "grade") == "A"
    with unit_of_work(make.actor(ann)) as session:
        newest = history(session, "customers.customer", 1)[0]
        assert [(one.old, one.new) for one in newest.changes] == [("B", "A")]
    assert page.locator("main .note").count() == 0  # what was said is not said again
    page.reload()
    assert page.locator("main .note").count() == 0


def test_keys_alone_go_through_a_row(page, stored):
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_selector("form.quick select")
    page.keyboard.press("Tab")
    page.wait_for_selector("form.quick input[name=region]")
    page.keyboard.type("华北")
    page.keyboard.press("Tab")
    page.wait_for_selector("form.quick select[name=country]")
    assert cell(page, 1).inner_text() == "华北"
    page.keyboard.press("Escape")
    assert page.locator("form.quick").count() == 0
    assert stored(Customer, "region") == "华北"
    assert page.evaluate("document.activeElement.textContent") == "客户 0"


def test_escape_leaves_everything_as_it_was(page, stored):
    before = page.locator("tbody").inner_html()
    cell(page, 1).click()
    page.locator("form.quick input[name=region]").fill("别处")
    page.keyboard.press("Escape")
    assert page.locator("tbody").inner_html() == before
    assert stored(Customer, "region") == "华东"


def test_what_is_wrong_is_told_in_the_cell_and_may_be_mended(page, stored):
    page.goto("/customers/opportunities?sort=title")
    cell(page, 0).click()
    field = page.locator("form.quick input[name=expected_value]")
    field.fill("很多")
    field.press("Enter")
    page.wait_for_selector("form.quick .err")
    assert field.input_value() == "很多"
    assert not too_wide(page)
    field.fill("23456.78")
    field.press("Enter")
    page.wait_for_selector("td.ed-done")
    assert cell(page, 0).inner_text() == "23,456.78"
    assert page.locator("tfoot").inner_text().split()[-1] == "43,456.78"  # the total follows
    assert stored(Opportunity, "expected_value") == Decimal("23456.78")


def test_a_clash_goes_on_to_the_page_that_lets_one_choose(page, ann, make, stored):
    cell(page, 1).click()
    page.locator("form.quick input[name=region]").fill("华南")
    with unit_of_work(make.actor(ann)) as session:
        session.get_one(Customer, 1).region = "西南"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=西南")
    assert page.get_by_text("华南").first.is_visible()
    assert stored(Customer, "region") == "西南"
    page.locator("input[name='_pick-region'][value=yours]").check()
    page.get_by_role("button", name="按所选保存").click()
    page.wait_for_url("**/customers/1**")
    assert stored(Customer, "region") == "华南"


def test_an_ended_right_or_session_is_explained_by_a_whole_page(page, ann, make, stored):
    cell(page, 1).click()
    page.locator("form.quick input[name=region]").fill("华南")
    with unit_of_work(make.actor(ann)) as session:
        session.get_one(User, ann.id).session_version += 1
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=password]")
    assert stored(Customer, "region") == "华东"


def test_a_dead_line_keeps_what_was_typed(page, stored):
    cell(page, 1).click()
    field = page.locator("form.quick input[name=region]")
    field.fill("华南")
    page.context.set_offline(True)
    field.press("Enter")
    page.wait_for_selector("form.quick .err:has-text('没有保存')")
    assert field.input_value() == "华南"
    page.context.set_offline(False)
    field.press("Enter")
    page.wait_for_selector("td.ed-done")
    assert stored(Customer, "region") == "华南"


def test_a_row_that_no_longer_fits_the_filter_stays_in_sight_but_pale(page):
    page.goto("/customers/?grade=B&sort=name")
    cell(page, 0).click()
    page.locator("form.quick select").select_option("A")
    page.wait_for_selector("tr.ed-gone td.ed-done")
    assert page.locator("tbody tr").count() == 3
    assert cell(page, 0).inner_text() == "A"


def test_on_a_phone_a_card_leads_to_its_record_only(browse, ann):
    page = browse(ann, viewport={"width": 390, "height": 844})
    page.goto("/customers/?sort=name")
    cell(page, 0).click()
    assert page.locator("form.quick, td.is-open").count() == 0


def test_only_rows_that_may_be_changed_are_offered(browse, make):
    room = make.unit("Room")
    boss = make.employee("Boss", unit=room)
    make.customers.customer("别人的", manager=make.employee("Ann", unit=room))
    make.customers.customer("自己的", manager=boss)
    page = browse(make.user("boss", employee=boss, heads=room))
    page.goto("/customers/?sort=name")
    page.wait_for_selector("tbody tr:not(.fixed)")
    assert page.locator("tbody tr:not(.fixed) a.key").all_inner_texts() == ["自己的"]
    page.locator("tbody tr.fixed td.ed").first.click()
    assert page.locator("form.quick, td.is-open").count() == 0


def test_the_numbers_beside_the_list_follow_what_was_saved(page):
    counts = """() => Object.fromEntries([...document.querySelectorAll('#facet-grade label')].map(
      (one) => [one.querySelector('input').value, one.lastElementChild.textContent]))"""
    before = page.evaluate(counts)
    assert before["B"] == "3"
    cell(page, 0).click()
    page.locator("form.quick select").select_option("A")
    page.wait_for_selector("td.ed-done")
    after = page.evaluate(counts)
    assert (after["A"], after["B"]) == ("1", "2")
