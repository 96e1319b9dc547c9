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
    """Return the words of what will be sent."""
    return page.evaluate(
        "() => document.querySelector('select[name=manager_id]').selectedOptions[0].textContent"
    )


def test_the_person_that_was_chosen_stays_chosen(page):
    options = page.locator("#manager_id-value-list [role=option], #manager_id-list [role=option]")
    words = options.all_text_contents()
    assert len(words) > FEW_CHOICES
    for place in (3, 1, len(words) - 2):
        page.click("#manager_id")
        options.nth(place).click()
        assert chosen(page) == words[place]
        assert page.input_value("#manager_id") == words[place]


def test_a_search_shows_who_fits_and_enter_takes_them(page):
    page.click("#manager_id")
    page.fill("#manager_id", "person 07")
    shown = page.locator("[role=listbox]:visible [role=option]:visible")
    assert shown.count() == 1
    page.press("#manager_id", "Enter")
    assert chosen(page).startswith("Person 07")
    assert page.url.endswith("/customers/new"), "Enter chose a person and sent the form"
