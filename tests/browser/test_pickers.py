"""Choosing a person out of many, with a script that helps to search."""

import pytest

from core.web.choice_fields import FEW_CHOICES

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browse, make):
    unit = make.unit("One")
    for number in range(FEW_CHOICES + 5):
        make.employee(f"Person {number:02}", unit=unit)
    window = browse(make.administrator(locale="en"))
    window.goto("/customers/new")
    return window


def chosen(page) -> str:
    return page.locator("select[name=manager_id] option:checked").inner_text()


def test_the_person_that_was_chosen_stays_chosen(page):
    options = page.locator("select[name=manager_id] option").all_inner_texts()
    for words in (options[3], options[1], options[-2]):
        page.select_option("select[name=manager_id]", label=words)
        assert chosen(page) == words


def test_a_search_shows_who_fits_and_keeps_who_is_chosen(page):
    search = page.locator("input[aria-controls=manager_id]")
    search.fill("person 07")
    offered = page.locator("select[name=manager_id] option", has_text="Person 07")
    assert offered.count() == 1
    assert page.locator("select[name=manager_id]").bounding_box()["height"] > 50
    page.select_option("select[name=manager_id]", label=offered.inner_text())
    assert chosen(page).startswith("Person 07")
    assert page.locator("select[name=manager_id] option").count() > FEW_CHOICES
