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


def test_who_goes_on_without_enter_means_what_is_marked(page):
    page.click("#manager_id")
    page.fill("#manager_id", "person 03")
    page.press("#manager_id", "Enter")
    page.click("#manager_id")
    page.fill("#manager_id", "person 09")
    page.click("input[name=name]")
    assert chosen(page).startswith("Person 09")


def test_what_is_called_so_comes_before_what_only_holds_the_word(page):
    page.click("#country")
    page.fill("#country", "india")
    page.press("#country", "Enter")
    assert page.input_value("#country") == "India"


def test_an_emptied_field_chooses_nothing(page):
    page.click("#country")
    page.fill("#country", "france")
    page.press("#country", "Enter")
    page.fill("#country", "")
    page.click("input[name=name]")
    assert page.evaluate("() => document.querySelector('select[name=country]').value") == ""
